//! Knobs of identity: how the server knows who acts.

use std::time::Duration;

use clap::{Args, ValueEnum};

use super::duration;

/// How the server knows who acts.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Identity")]
pub struct Identity {
    /// How it is known who acts. Naming an issuer means tokens.
    #[arg(long = "identity", env = "PEERLEAD_IDENTITY", default_value = "none", value_name = "HOW")]
    pub kind: IdentityKind,

    /// Those who show no token may read what everybody may. Otherwise they get nothing.
    #[arg(long, env = "PEERLEAD_ANONYMOUS_READ")]
    pub anonymous_read: bool,

    /// The OpenID Connect provider whose tokens are taken: its issuer, exactly as it stands in them.
    #[arg(long, env = "PEERLEAD_OIDC_ISSUER", value_name = "URL")]
    pub oidc_issuer: Option<String>,

    /// Whom its tokens must be meant for, separated by commas.
    #[arg(long, env = "PEERLEAD_OIDC_AUDIENCE", value_delimiter = ',', value_name = "NAMES")]
    pub oidc_audience: Vec<String>,

    /// The algorithms its tokens may be signed with, separated by commas.
    #[arg(
        long,
        env = "PEERLEAD_OIDC_ALGORITHMS",
        default_value = "RS256,PS256,ES256,EdDSA",
        value_delimiter = ',',
        value_name = "NAMES"
    )]
    pub oidc_algorithms: Vec<String>,

    /// The claim that holds a person's handle. The provider must not let people choose it freely.
    #[arg(long, env = "PEERLEAD_OIDC_PERSON_CLAIM", default_value = "preferred_username", value_name = "CLAIM")]
    pub oidc_person_claim: String,

    /// The claim that holds a person's name.
    #[arg(long, env = "PEERLEAD_OIDC_NAME_CLAIM", default_value = "name", value_name = "CLAIM")]
    pub oidc_name_claim: String,

    /// The claim that holds a person's roles; dots lead into nested ones, such as realm_access.roles.
    #[arg(long, env = "PEERLEAD_OIDC_ROLES_CLAIM", default_value = "roles", value_name = "CLAIM")]
    pub oidc_roles_claim: String,

    /// The provider's word for admins.
    #[arg(long, env = "PEERLEAD_OIDC_ADMIN_ROLE", default_value = "peerlead-admin", value_name = "ROLE")]
    pub oidc_admin_role: String,

    /// The provider's word for moderators.
    #[arg(long, env = "PEERLEAD_OIDC_MODERATOR_ROLE", default_value = "peerlead-moderator", value_name = "ROLE")]
    pub oidc_moderator_role: String,

    /// The provider's word for integrators.
    #[arg(long, env = "PEERLEAD_OIDC_INTEGRATOR_ROLE", default_value = "peerlead-integrator", value_name = "ROLE")]
    pub oidc_integrator_role: String,

    /// People of the provider who are unknown are made when they first come.
    #[arg(long, env = "PEERLEAD_OIDC_CREATE_PEOPLE")]
    pub oidc_create_people: bool,

    /// How soon the provider's keys may be fetched again because a token names an unknown one.
    #[arg(
        long,
        env = "PEERLEAD_OIDC_REFETCH",
        default_value = "10s",
        value_parser = duration,
        value_name = "DURATION"
    )]
    pub oidc_refetch: Duration,
}

/// How it is known who acts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum IdentityKind {
    /// By the header Peerlead-Person, which everybody can write: on this machine alone.
    None,
    /// By tokens: our own, see `peerlead token`, and those of the provider, if one is named.
    Tokens,
}

impl Identity {
    /// Whether everybody is believed to be whom they say.
    #[must_use]
    pub fn is_none(&self) -> bool {
        self.kind == IdentityKind::None && self.oidc_issuer.is_none()
    }
}
