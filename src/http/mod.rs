//! How it arrives: routes, transports, who acts, limits, health. Knows GraphQL only as operations and answers.

pub mod answer;
pub mod budget;
pub mod documents;
pub mod door;
pub mod events;
pub mod explorer;
pub mod files;
pub mod graphql;
pub mod health;
pub mod identity;
pub mod jwks;
pub mod long;
pub mod message;
pub mod metrics;
pub mod oidc;
pub mod origin;
pub mod picture;
pub mod pictures;
pub mod request;
pub mod room;
pub mod seats;
pub mod server;
pub mod share;
pub mod stall;
pub mod trace;
pub mod websocket;
