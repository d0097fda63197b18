//! How it is asked: the GraphQL schema over `app`. Types are thin; rules and permissions are elsewhere.

pub mod context;
pub mod document;
pub mod edges;
pub mod error;
pub mod id;
pub mod input;
pub mod listening;
pub mod loaders;
pub mod mutation;
pub mod nodes;
pub mod order;
pub mod page;
pub mod query;
pub mod scalar;
pub mod schema;
pub mod size;
pub mod subscription;
pub mod validation;
