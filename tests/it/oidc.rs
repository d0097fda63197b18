//! Tokens of an identity provider, which is a real server of its own here.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use peerlead::app::house::Settings;
use peerlead::domain::access::Role;
use peerlead::http::identity::Identity;
use peerlead::http::oidc::{Oidc, OidcSettings};
use peerlead::http::server::Settings as HttpSettings;
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::house::{Database, House};

const WHO: &str = "{ viewer { person { handle name kind } role } }";
const RSA: &str = include_str!("rsa.pem");

/// What the provider publishes, and how often it was asked.
#[derive(Default)]
struct Published {
    keys: Vec<Value>,
    issuer: Option<String>,
    asked: usize,
}

/// A provider.
pub struct Provider {
    pub issuer: String,
    published: Arc<Mutex<Published>>,
}

impl Provider {
    pub async fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let issuer = format!("http://{}", listener.local_addr().expect("an address"));
        let published = Arc::new(Mutex::new(Published::default()));
        let (for_discovery, for_keys, base) = (Arc::clone(&published), Arc::clone(&published), issuer.clone());
        let discovery = move || {
            let issuer = for_discovery.lock().expect("a lock").issuer.clone().unwrap_or_else(|| base.clone());
            let uri = format!("{base}/keys");
            async move { axum::Json(json!({ "issuer": issuer, "jwks_uri": uri })) }
        };
        let keys = move || {
            let mut published = for_keys.lock().expect("a lock");
            published.asked += 1;
            let keys = published.keys.clone();
            async move { axum::Json(json!({ "keys": keys })) }
        };
        let router = axum::Router::new()
            .route("/.well-known/openid-configuration", axum::routing::get(discovery))
            .route("/keys", axum::routing::get(keys));
        tokio::spawn(async move { axum::serve(listener, router).await.expect("a server") });
        Self { issuer, published }
    }

    /// Publishes these keys and no others.
    pub fn publish(&self, keys: &[&Signer]) {
        self.published.lock().expect("a lock").keys = keys.iter().map(|key| key.jwk.clone()).collect();
    }

    fn asked(&self) -> usize {
        self.published.lock().expect("a lock").asked
    }

    pub fn settings(&self) -> OidcSettings {
        let roles = [("boss", Role::Admin), ("mod", Role::Moderator), ("feed", Role::Integrator)];
        OidcSettings {
            issuer: self.issuer.clone(),
            audiences: vec!["peerlead".to_owned(), "other".to_owned()],
            algorithms: vec![Algorithm::EdDSA, Algorithm::RS256],
            person_claim: "preferred_username".to_owned(),
            name_claim: "name".to_owned(),
            roles_claim: "realm.roles".to_owned(),
            roles: roles.map(|(word, role)| (word.to_owned(), role)).to_vec(),
            create_people: true,
            refetch: Duration::ZERO,
        }
    }

    /// Claims that are in order.
    pub fn claims(&self, handle: &str) -> Value {
        let now = now();
        json!({ "iss": self.issuer, "aud": "peerlead", "exp": now + 600, "iat": now, "sub": "x", "preferred_username": handle, "name": "Ada L." })
    }
}

fn now() -> i64 {
    chrono::Utc::now().timestamp()
}

/// A key that signs, and what is published of it.
pub struct Signer {
    key: EncodingKey,
    algorithm: Algorithm,
    name: String,
    jwk: Value,
}

impl Signer {
    /// A key of the Edwards curve, made of a number.
    pub fn edwards(name: &str, seed: u8) -> Self {
        // The frame of PKCS #8 around 32 bytes of the secret key.
        let mut der = vec![0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 4, 0x22, 4, 0x20];
        der.extend([seed; 32]);
        Self::of(name, EncodingKey::from_ed_der(&der), Algorithm::EdDSA)
    }

    fn rsa(name: &str) -> Self {
        Self::of(name, EncodingKey::from_rsa_pem(RSA.as_bytes()).expect("a key"), Algorithm::RS256)
    }

    fn of(name: &str, key: EncodingKey, algorithm: Algorithm) -> Self {
        let mut jwk = Jwk::from_encoding_key(&key, algorithm).expect("a public key");
        jwk.common.key_id = Some(name.to_owned());
        Self { key, algorithm, name: name.to_owned(), jwk: serde_json::to_value(jwk).expect("JSON") }
    }

    pub fn sign(&self, claims: &Value) -> String {
        let header = Header { kid: Some(self.name.clone()), ..Header::new(self.algorithm) };
        format!("Bearer {}", encode(&header, claims, &self.key).expect("a token"))
    }
}

async fn house(settings: OidcSettings) -> House {
    let provider = Some(Arc::new(Oidc::new(settings).expect("settings")));
    let http = HttpSettings { identity: Identity::Tokens { provider, anonymous: false }, ..HttpSettings::default() };
    House::furnished(Database::fresh().await, Settings::default(), http).await
}

#[tokio::test]
async fn somebody_whom_the_provider_vouches_for_acts_and_is_made_at_first_sight() {
    let (provider, key, rsa) = (Provider::new().await, Signer::edwards("k1", 1), Signer::rsa("r1"));
    provider.publish(&[&key, &rsa]);
    let house = house(provider.settings()).await;
    let told = house.data(&key.sign(&provider.claims("Ada")), WHO, json!({})).await["viewer"].clone();
    assert_eq!(told, json!({ "person": { "handle": "ada", "name": "Ada L.", "kind": "HUMAN" }, "role": "MEMBER" }));
    assert_eq!(
        house.data(&rsa.sign(&provider.claims("ada")), WHO, json!({})).await["viewer"]["person"]["name"],
        "Ada L."
    );
    let mut claims = provider.claims("ada");
    claims["aud"] = json!(["nobody", "other"]);
    claims["realm"] = json!({ "roles": ["feed", "mod", "else"] });
    assert_eq!(house.data(&key.sign(&claims), WHO, json!({})).await["viewer"]["role"], "MODERATOR");
    claims["realm"] = json!({ "roles": "feed boss" });
    assert_eq!(house.data(&key.sign(&claims), WHO, json!({})).await["viewer"]["role"], "ADMIN");
    let mut socket = house.socket(&key.sign(&claims)).await;
    socket.send(json!({ "type": "ping" })).await;
    assert_eq!(socket.next().await["type"], "pong");
    let people = house.data(&key.sign(&claims), "{ people { totalCount } }", json!({})).await;
    assert_eq!(people["people"]["totalCount"], 2, "the operator and one more: {people}");
    assert_eq!(provider.asked(), 1, "keys are kept");
}

#[tokio::test]
async fn a_handle_alone_makes_nobody_an_admin() {
    let (provider, key) = (Provider::new().await, Signer::edwards("k1", 1));
    provider.publish(&[&key]);
    let house = house(provider.settings()).await;
    assert_eq!(house.data(&key.sign(&provider.claims("operator")), WHO, json!({})).await["viewer"]["role"], "MEMBER");
}

#[tokio::test]
async fn names_that_are_spelled_alike_are_not_one_person() {
    let (provider, key) = (Provider::new().await, Signer::edwards("k1", 1));
    provider.publish(&[&key]);
    let house = house(provider.settings()).await;
    let mut boss = provider.claims("boss");
    boss["realm"] = json!({ "roles": "boss" });
    let (ada, boss) = (key.sign(&provider.claims("Ada B")), key.sign(&boss));
    assert_eq!(house.data(&ada, WHO, json!({})).await["viewer"]["person"]["handle"], "ada-b");
    for name in ["ada-b", "ADA-B", "ada  b"] {
        assert_eq!(house.fails(&key.sign(&provider.claims(name)), WHO, json!({})).await, "UNAUTHENTICATED", "{name}");
    }
    assert_eq!(house.data(&key.sign(&provider.claims("ada b")), WHO, json!({})).await["viewer"]["role"], "MEMBER");
    let renamed = json!({ "person": { "handle": "ada-b" }, "handle": "ada-byron" });
    house.act(&boss, "updatePerson", renamed, "person { handle }").await;
    let other = key.sign(&provider.claims("ada-b"));
    let told = house.data(&other, "{ viewer { person { handle } } people { totalCount } }", json!({})).await;
    assert_eq!(told["viewer"]["person"]["handle"], "ada-b", "the handle was free");
    assert_eq!(told["people"]["totalCount"], 4, "and is another person's now: {told}");
    assert_eq!(house.fails(&ada, WHO, json!({})).await, "UNAUTHENTICATED");
    let byron = key.sign(&provider.claims("ada byron"));
    assert_eq!(house.data(&byron, WHO, json!({})).await["viewer"]["person"]["handle"], "ada-byron", "who was renamed");
}

#[tokio::test]
async fn people_are_not_made_where_the_operator_does_not_want_it() {
    let (provider, key) = (Provider::new().await, Signer::edwards("k1", 1));
    provider.publish(&[&key]);
    let house = house(OidcSettings { create_people: false, ..provider.settings() }).await;
    assert_eq!(house.fails(&key.sign(&provider.claims("ada")), WHO, json!({})).await, "UNAUTHENTICATED");
    assert_eq!(
        house.data(&key.sign(&provider.claims("operator")), WHO, json!({})).await["viewer"]["person"]["handle"],
        "operator"
    );
}

#[tokio::test]
async fn tokens_that_are_not_in_order_are_refused() {
    let (provider, key, other) = (Provider::new().await, Signer::edwards("k1", 1), Signer::edwards("k1", 2));
    let rsa = Signer::rsa("r1");
    provider.publish(&[&key, &rsa]);
    let house = house(provider.settings()).await;
    let with = |name: &str, value: Value| {
        let mut claims = provider.claims("ada");
        match value {
            Value::Null => drop(claims.as_object_mut().expect("claims").remove(name)),
            value => claims[name] = value,
        }
        claims
    };
    let now = now();
    let mut bad = vec![("another's key", other.sign(&provider.claims("ada")))];
    for (what, name, value) in [
        ("expired", "exp", json!(now - 60)),
        ("without an end", "exp", Value::Null),
        ("with an end in words", "exp", json!("tomorrow")),
        ("not yet valid", "nbf", json!(now + 600)),
        ("a beginning in words", "nbf", json!("never")),
        ("of another issuer", "iss", json!("https://evil.example")),
        ("without an issuer", "iss", Value::Null),
        ("for another audience", "aud", json!("shop")),
        ("for other audiences", "aud", json!(["shop", "peerlead2"])),
        ("for no audience", "aud", Value::Null),
        ("for an empty audience", "aud", json!([])),
        ("of nobody", "preferred_username", Value::Null),
        ("of an empty name", "preferred_username", json!("  ")),
        ("of a number", "preferred_username", json!(7)),
    ] {
        bad.push((what, key.sign(&with(name, value))));
    }
    // The classic: a public key used as a shared secret.
    let shared = EncodingKey::from_secret(RSA.as_bytes());
    let header = Header { kid: Some("r1".to_owned()), ..Header::new(Algorithm::HS256) };
    bad.push(("HMAC", format!("Bearer {}", encode(&header, &provider.claims("ada"), &shared).expect("a token"))));
    let part =
        |value: &Value| base64::Engine::encode(&base64::engine::general_purpose::URL_SAFE_NO_PAD, value.to_string());
    for alg in ["none", "None", "NONE"] {
        let head = part(&json!({ "alg": alg, "typ": "JWT", "kid": "k1" }));
        bad.push(("no signature", format!("Bearer {head}.{}.", part(&provider.claims("ada")))));
    }
    let good = key.sign(&provider.claims("ada"));
    let pieces: Vec<&str> = good.split('.').collect();
    bad.push(("other claims", format!("{}.{}.{}", pieces[0], part(&provider.claims("boss")), pieces[2])));
    bad.push(("no signature part", format!("{}.{}.", pieces[0], pieces[1])));
    bad.push(("an empty token", "Bearer ..".to_owned()));
    bad.push(("a long one", format!("Bearer {}", "a".repeat(20_000))));
    let header =
        Header { kid: Some("k1".to_owned()), crit: Some(vec!["b64".to_owned()]), ..Header::new(Algorithm::EdDSA) };
    bad.push((
        "an extension",
        format!("Bearer {}", encode(&header, &provider.claims("ada"), &key.key).expect("a token")),
    ));
    // An algorithm that is fine, with the name of a key of another kind.
    let header = Header { kid: Some("r1".to_owned()), ..Header::new(Algorithm::EdDSA) };
    bad.push((
        "another kind of key",
        format!("Bearer {}", encode(&header, &provider.claims("ada"), &key.key).expect("a token")),
    ));
    for (what, token) in bad {
        assert_eq!(house.fails(&token, WHO, json!({})).await, "UNAUTHENTICATED", "{what}");
    }
    assert_eq!(house.data(&good, WHO, json!({})).await["viewer"]["role"], "MEMBER");
    let people = house.data(&good, "{ people { totalCount } }", json!({})).await;
    assert_eq!(people["people"]["totalCount"], 2, "nobody was made for a bad token");
}

#[tokio::test]
async fn a_new_key_is_fetched_when_a_token_names_it_but_not_for_every_unknown_name() {
    let (provider, old, new) = (Provider::new().await, Signer::edwards("k1", 1), Signer::edwards("k2", 2));
    provider.publish(&[&old]);
    let house = house(OidcSettings { refetch: Duration::from_millis(1_500), ..provider.settings() }).await;
    assert_eq!(house.data(&old.sign(&provider.claims("ada")), WHO, json!({})).await["viewer"]["role"], "MEMBER");
    provider.publish(&[&new]);
    let strange = Signer::edwards("k9", 9);
    for _ in 0..20 {
        assert_eq!(house.fails(&strange.sign(&provider.claims("ada")), WHO, json!({})).await, "UNAUTHENTICATED");
    }
    assert!(provider.asked() <= 2, "asked {} times", provider.asked());
    tokio::time::sleep(Duration::from_millis(1_600)).await;
    assert_eq!(house.data(&new.sign(&provider.claims("ada")), WHO, json!({})).await["viewer"]["role"], "MEMBER");
    let mut claims = provider.claims("ada");
    claims["jti"] = json!("a token that was not seen before");
    assert_eq!(house.fails(&old.sign(&claims), WHO, json!({})).await, "UNAUTHENTICATED", "the old key is gone");
}

#[tokio::test]
async fn a_provider_that_is_gone_is_not_the_fault_of_whoever_asks() {
    let (provider, key) = (Provider::new().await, Signer::edwards("k1", 1));
    provider.publish(&[&key]);
    provider.published.lock().expect("a lock").issuer = Some("http://127.0.0.1:1".to_owned());
    let house = house(provider.settings()).await;
    assert_eq!(house.fails(&key.sign(&provider.claims("ada")), WHO, json!({})).await, "UNAVAILABLE");
    provider.published.lock().expect("a lock").issuer = None;
    assert_eq!(house.data(&key.sign(&provider.claims("ada")), WHO, json!({})).await["viewer"]["role"], "MEMBER");
}

#[tokio::test]
async fn connections_close_when_the_token_expires() {
    let (provider, key) = (Provider::new().await, Signer::edwards("k1", 1));
    provider.publish(&[&key]);
    let house = house(provider.settings()).await;
    let mut socket = house.socket(&key.sign(&provider.claims("ada"))).await;
    // It lasts ten minutes.
    house.clock.set(house.app.clock().now() + chrono::TimeDelta::seconds(605));
    assert_eq!(socket.next().await, json!({ "closed": 4403 }));
}

#[test]
fn settings_that_would_trust_anybody_are_refused() {
    let settings = OidcSettings {
        issuer: "https://id.example".to_owned(),
        audiences: vec!["a".to_owned()],
        algorithms: vec![Algorithm::HS256, Algorithm::RS256],
        person_claim: "sub".to_owned(),
        name_claim: "name".to_owned(),
        roles_claim: "roles".to_owned(),
        roles: Vec::new(),
        create_people: false,
        refetch: Duration::from_secs(10),
    };
    assert!(Oidc::new(settings.clone()).is_ok());
    assert!(Oidc::new(OidcSettings { audiences: Vec::new(), ..settings.clone() }).is_err());
    assert!(Oidc::new(OidcSettings { algorithms: vec![Algorithm::HS512], ..settings.clone() }).is_err());
    for issuer in ["http://id.example", "id.example", "ftp://127.0.0.1/", "http://127.0.0.1.evil.example"] {
        assert!(Oidc::new(OidcSettings { issuer: issuer.to_owned(), ..settings.clone() }).is_err(), "{issuer}");
    }
}
