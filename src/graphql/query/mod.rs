//! What can be asked.

pub mod lead;
pub mod list;
pub mod log;
pub mod lookup;
pub mod trend;
pub mod trust;
pub mod viewer;

use async_graphql::MergedObject;

use self::lead::LeadQuery;
use self::list::ListQuery;
use self::log::LogQuery;
use self::lookup::LookupQuery;
use self::trend::TrendQuery;
use self::trust::TrustQuery;
use self::viewer::ViewerQuery;

/// What can be asked: single things by id or by their own names, lists of them, and trends.
#[derive(Debug, Default, MergedObject)]
pub struct Query(LookupQuery, ListQuery, LogQuery, LeadQuery, TrendQuery, TrustQuery, ViewerQuery);
