//! A row of `leadership`.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "leadership")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub person_id: i64,
    pub topic_id: i64,
    pub kind: String,
    pub role: String,
    pub valid_from: i64,
    pub valid_to: Option<i64>,
    pub told_by: Option<i64>,
    pub evidence_text: Option<String>,
    pub evidence_url: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
