//! What a client may spend in a minute: each operation is paid for before it runs.
//!
//! Who shows a token or a handle is a client of their own, everybody else is one with all at their network address.

use std::net::{IpAddr, Ipv6Addr};
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use governor::clock::{Clock, DefaultClock};
use governor::middleware::StateInformationMiddleware;
use governor::state::keyed::DefaultKeyedStateStore;
use governor::{Quota, RateLimiter};

use crate::app::allowance::Budget;
use crate::app::clock::Clock as AppClock;
use crate::app::viewer::{Proof, Viewer};

/// After how many operations those are forgotten who have all of their budget again.
const SWEEP: u32 = 10_000;
/// How many addresses are kept whose budget went to guesses.
const STRANGERS: u64 = 10_000;
const MINUTE: Duration = Duration::from_mins(1);

/// Who pays.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Client {
    /// The holder of a token of ours.
    Token(i64),
    /// A person.
    Person(i64),
    /// Everybody at an address; of the sixth version all in one network of a house.
    Address(IpAddr),
}

impl Client {
    /// Who pays for what `viewer` asks from an address.
    #[must_use]
    pub fn of(viewer: &Viewer, address: IpAddr) -> Self {
        match (viewer.proof(), viewer.id()) {
            (Proof::Token { id, .. }, _) => Self::Token(id.0),
            (_, Some(person)) => Self::Person(person.0),
            (_, None) => Self::at(address),
        }
    }

    /// Whoever is at an address.
    #[must_use]
    pub fn at(address: IpAddr) -> Self {
        match address.to_canonical() {
            IpAddr::V6(long) => Self::Address(IpAddr::V6(Ipv6Addr::from_bits(long.to_bits() & (u128::MAX << 64)))),
            short @ IpAddr::V4(_) => Self::Address(short),
        }
    }
}

type Limiter = RateLimiter<Client, DefaultKeyedStateStore<Client>, DefaultClock, StateInformationMiddleware>;

/// The budgets of all clients.
#[derive(Debug)]
pub struct Budgets {
    limiter: Limiter,
    limit: NonZeroU32,
    paid: AtomicU32,
    /// Addresses of those who were not recognised and could not pay for that, with when they may try again.
    strangers: moka::sync::Cache<Client, Instant>,
}

/// Why an operation is not run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    /// It costs more than anybody may spend at once.
    TooDear { limit: u32 },
    /// There will be enough again after this time.
    Spent { wait: Duration },
}

impl Budgets {
    /// Budgets of `limit` points a minute.
    #[must_use]
    pub fn new(limit: NonZeroU32) -> Self {
        let limiter = RateLimiter::dashmap(Quota::per_minute(limit)).with_middleware();
        let strangers = moka::sync::Cache::builder().max_capacity(STRANGERS).time_to_live(MINUTE).build();
        Self { limiter, limit, paid: AtomicU32::new(0), strangers }
    }

    /// Whether somebody may be looked up who shows who they are.
    ///
    /// # Errors
    /// When so many at their address were not recognised that its budget was spent.
    pub fn admit(&self, address: &Client) -> Result<(), Refused> {
        let until = self.strangers.get(address);
        match until.map(|until| until.saturating_duration_since(Instant::now())) {
            Some(wait) if !wait.is_zero() => Err(Refused::Spent { wait }),
            _ => Ok(()),
        }
    }

    /// Lets an address pay for somebody who was not recognised.
    pub fn note_stranger(&self, address: Client, clock: &AppClock) {
        if let Err(Refused::Spent { wait }) = self.pay(&address, 1, clock) {
            self.strangers.insert(address, Instant::now() + wait);
        }
    }

    /// Takes the cost of an operation from the budget of a client.
    ///
    /// # Errors
    /// When there is not enough; then nothing is taken.
    pub fn pay(&self, client: &Client, cost: u64, clock: &AppClock) -> Result<Budget, Refused> {
        if self.paid.fetch_add(1, Ordering::Relaxed) % SWEEP == SWEEP - 1 {
            self.limiter.retain_recent();
        }
        let limit = self.limit.get();
        let too_dear = Refused::TooDear { limit };
        let points = u32::try_from(cost.max(1)).ok().and_then(NonZeroU32::new).ok_or(too_dear)?;
        match self.limiter.check_key_n(client, points) {
            Ok(Ok(state)) => {
                let remaining = state.remaining_burst_capacity();
                let whole = f64::from(limit.saturating_sub(remaining)) * 60.0 / f64::from(limit);
                let reset_at =
                    clock.now() + chrono::TimeDelta::from_std(Duration::from_secs_f64(whole)).unwrap_or_default();
                Ok(Budget { limit, remaining, reset_at })
            }
            Ok(Err(early)) => Err(Refused::Spent { wait: early.wait_time_from(DefaultClock::default().now()) }),
            Err(_) => Err(too_dear),
        }
    }
}
