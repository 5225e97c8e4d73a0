//! What differs between the two databases in a statement: whose text, how a bind is given, where the present moment
//! comes from (TIM-01).

use diesel::QueryResult;
use diesel::backend::Backend;
#[cfg(feature = "postgres")]
use diesel::pg::Pg;
use diesel::query_builder::AstPass;
use diesel::result::Error;
use diesel::sql_types::{self, Nullable};
#[cfg(feature = "sqlite")]
use diesel::sqlite::Sqlite;
use serde_json::Value;
#[cfg(feature = "postgres")]
use uuid::Uuid;
#[cfg(feature = "postgres")]
use vestibule_core::clock::Instant;

use crate::bind::{AmrText, Bind};

/// One of the two databases.
pub(crate) trait Dialect: Backend {
    /// Of two texts, its own.
    fn either(sqlite: &'static str, postgres: &'static str) -> &'static str;
    /// For a value.
    fn bind<'b>(out: &mut AstPass<'_, 'b, Self>, bind: &'b Bind<'b>) -> QueryResult<()>;
    /// For `:now`.
    fn now<'b>(out: &mut AstPass<'_, 'b, Self>, bind: &'b Bind<'b>) -> QueryResult<()>;
    /// For `:now.us`.
    fn now_us<'b>(out: &mut AstPass<'_, 'b, Self>, bind: &'b Bind<'b>) -> QueryResult<()>;
}

/// Why a statement is not run whose placeholders and binds do not match.
pub(crate) fn missing() -> Error {
    Error::QueryBuilderError("a placeholder has no bind of its kind".into())
}

#[cfg(feature = "postgres")]
impl Dialect for Pg {
    fn either(_: &'static str, postgres: &'static str) -> &'static str {
        postgres
    }

    fn bind<'b>(out: &mut AstPass<'_, 'b, Self>, bind: &'b Bind<'b>) -> QueryResult<()> {
        match bind {
            Bind::Id(v) => out.push_bind_param::<Nullable<sql_types::Uuid>, Option<Uuid>>(v),
            Bind::Text(v) => out.push_bind_param::<Nullable<sql_types::Text>, Option<&str>>(v),
            Bind::Amr(v) => out.push_bind_param::<Nullable<sql_types::Text>, Option<AmrText>>(v),
            Bind::Bytes(v) => out.push_bind_param::<Nullable<sql_types::Binary>, Option<&[u8]>>(v),
            Bind::Int(v) => out.push_bind_param::<Nullable<sql_types::Integer>, Option<i32>>(v),
            Bind::BigInt(v) => out.push_bind_param::<Nullable<sql_types::BigInt>, Option<i64>>(v),
            Bind::Bool(v) => out.push_bind_param::<Nullable<sql_types::Bool>, Option<bool>>(v),
            Bind::Instant(v, _) => {
                out.push_bind_param::<Nullable<sql_types::Timestamptz>, Option<Instant>>(v)
            }
            Bind::Json(v) => out.push_bind_param::<Nullable<sql_types::Jsonb>, Option<&Value>>(v),
            Bind::Now(..) => Err(missing()),
        }
    }

    fn now<'b>(out: &mut AstPass<'_, 'b, Self>, bind: &'b Bind<'b>) -> QueryResult<()> {
        let Bind::Now(_, offset) = bind else { return Err(missing()) };
        out.push_sql("(statement_timestamp() + ");
        out.push_bind_param::<sql_types::BigInt, i64>(offset)?;
        out.push_sql(" * interval '1 microsecond')");
        Ok(())
    }

    fn now_us<'b>(out: &mut AstPass<'_, 'b, Self>, bind: &'b Bind<'b>) -> QueryResult<()> {
        let Bind::Now(_, offset) = bind else { return Err(missing()) };
        out.push_sql("(CAST(extract(epoch FROM statement_timestamp()) * 1000000 AS bigint) + ");
        out.push_bind_param::<sql_types::BigInt, i64>(offset)?;
        out.push_sql(")");
        Ok(())
    }
}

#[cfg(feature = "sqlite")]
impl Dialect for Sqlite {
    fn either(sqlite: &'static str, _: &'static str) -> &'static str {
        sqlite
    }

    fn bind<'b>(out: &mut AstPass<'_, 'b, Self>, bind: &'b Bind<'b>) -> QueryResult<()> {
        match bind {
            Bind::Id(Some(v)) => out.push_bind_param::<sql_types::Binary, [u8]>(v.as_bytes().as_slice()),
            Bind::Id(None) => out.push_bind_param::<Nullable<sql_types::Binary>, Option<&[u8]>>(&None),
            Bind::Text(v) => out.push_bind_param::<Nullable<sql_types::Text>, Option<&str>>(v),
            Bind::Amr(v) => out.push_bind_param::<Nullable<sql_types::Text>, Option<AmrText>>(v),
            Bind::Bytes(v) => out.push_bind_param::<Nullable<sql_types::Binary>, Option<&[u8]>>(v),
            Bind::Int(v) => out.push_bind_param::<Nullable<sql_types::Integer>, Option<i32>>(v),
            Bind::BigInt(v) | Bind::Instant(_, v) => {
                out.push_bind_param::<Nullable<sql_types::BigInt>, Option<i64>>(v)
            }
            Bind::Bool(v) => out.push_bind_param::<Nullable<sql_types::Bool>, Option<bool>>(v),
            Bind::Json(v) => out.push_bind_param::<Nullable<sql_types::Json>, Option<&Value>>(v),
            Bind::Now(..) => Err(missing()),
        }
    }

    fn now<'b>(out: &mut AstPass<'_, 'b, Self>, bind: &'b Bind<'b>) -> QueryResult<()> {
        let Bind::Now(micros, _) = bind else { return Err(missing()) };
        out.push_bind_param::<sql_types::BigInt, i64>(micros)
    }

    fn now_us<'b>(out: &mut AstPass<'_, 'b, Self>, bind: &'b Bind<'b>) -> QueryResult<()> {
        Self::now(out, bind)
    }
}
