//! Whether an expression gives one value for the whole statement, so that a new column can have it without a rewrite
//! (manual: "Function Volatility Categories"; facts `add-col-default-*`).

use super::footprint::Footprint;
use crate::schema::catalog::Catalog;
use crate::syntax::expr::{Expr, Shape};
use crate::syntax::name::Name;
use crate::syntax::object::Volatility;

/// Built-in and well-known extension functions that may differ with every call.
const VOLATILE: &[&str] = &[
    "clock_timestamp",
    "currval",
    "gen_random_bytes",
    "gen_random_uuid",
    "gen_salt",
    "gen_ulid",
    "lastval",
    "nextval",
    "pg_advisory_lock",
    "pg_advisory_xact_lock",
    "pg_try_advisory_lock",
    "pg_notify",
    "pg_sleep",
    "pgp_sym_encrypt",
    "random",
    "random_normal",
    "set_config",
    "setseed",
    "setval",
    "timeofday",
    "uuid_generate_v1",
    "uuid_generate_v1mc",
    "uuid_generate_v4",
    "uuid_generate_v7",
    "uuidv4",
    "uuidv7",
];

/// Well-known built-in functions, and constructs written like one, that are immutable or stable.
const STEADY: &[&str] = &[
    "abs",
    "age",
    "array_agg",
    "array_append",
    "array_cat",
    "array_fill",
    "array_length",
    "array_position",
    "array_prepend",
    "array_remove",
    "array_replace",
    "array_to_json",
    "array_to_string",
    "ascii",
    "btrim",
    "cardinality",
    "ceil",
    "ceiling",
    "char_length",
    "character_length",
    "chr",
    "coalesce",
    "concat",
    "concat_ws",
    "convert_from",
    "convert_to",
    "crypt",
    "current_catalog",
    "current_database",
    "current_date",
    "current_query",
    "current_role",
    "current_schema",
    "current_schemas",
    "current_setting",
    "current_time",
    "current_timestamp",
    "current_user",
    "date",
    "date_bin",
    "date_part",
    "date_trunc",
    "daterange",
    "decode",
    "degrees",
    "digest",
    "div",
    "encode",
    "exp",
    "extract",
    "factorial",
    "floor",
    "format",
    "gcd",
    "get_bit",
    "get_byte",
    "greatest",
    "hashtext",
    "hmac",
    "host",
    "inet_client_addr",
    "inet_server_addr",
    "initcap",
    "int4range",
    "int8range",
    "json_array",
    "json_build_array",
    "json_build_object",
    "json_object",
    "jsonb_build_array",
    "jsonb_build_object",
    "jsonb_object",
    "jsonb_set",
    "jsonb_strip_nulls",
    "justify_days",
    "justify_hours",
    "justify_interval",
    "lcm",
    "least",
    "left",
    "length",
    "ln",
    "localtime",
    "localtimestamp",
    "log",
    "lower",
    "lpad",
    "ltrim",
    "make_date",
    "make_interval",
    "make_time",
    "make_timestamp",
    "make_timestamptz",
    "md5",
    "mod",
    "now",
    "nullif",
    "num_nonnulls",
    "num_nulls",
    "numrange",
    "octet_length",
    "overlay",
    "parse_ident",
    "pg_backend_pid",
    "pg_client_encoding",
    "pg_current_xact_id",
    "pg_typeof",
    "pi",
    "point",
    "position",
    "power",
    "quote_ident",
    "quote_literal",
    "quote_nullable",
    "radians",
    "regexp_replace",
    "repeat",
    "replace",
    "reverse",
    "right",
    "round",
    "row",
    "row_to_json",
    "rpad",
    "rtrim",
    "session_user",
    "setweight",
    "sha224",
    "sha256",
    "sha384",
    "sha512",
    "sign",
    "split_part",
    "sqrt",
    "statement_timestamp",
    "string_to_array",
    "strpos",
    "substr",
    "substring",
    "system_user",
    "timezone",
    "to_ascii",
    "to_char",
    "to_date",
    "to_hex",
    "to_json",
    "to_jsonb",
    "to_number",
    "to_regclass",
    "to_timestamp",
    "to_tsquery",
    "to_tsvector",
    "transaction_timestamp",
    "translate",
    "trim",
    "trunc",
    "tsrange",
    "tstzrange",
    "txid_current",
    "unistr",
    "upper",
    "user",
    "uuid_generate_v3",
    "uuid_generate_v5",
    "uuid_nil",
    "uuid_ns_dns",
    "uuid_ns_oid",
    "uuid_ns_url",
    "uuid_ns_x500",
    "width_bucket",
];

/// Those among them whose answer depends on the moment, the session or the user. (Others are stable only because they
/// follow a setting, such as `to_char`.)
const OF_THE_MOMENT: &[&str] = &[
    "current_catalog",
    "current_database",
    "current_date",
    "current_query",
    "current_role",
    "current_schema",
    "current_schemas",
    "current_setting",
    "current_time",
    "current_timestamp",
    "current_user",
    "inet_client_addr",
    "inet_server_addr",
    "localtime",
    "localtimestamp",
    "now",
    "pg_backend_pid",
    "pg_current_xact_id",
    "session_user",
    "statement_timestamp",
    "system_user",
    "transaction_timestamp",
    "txid_current",
    "user",
];

/// The first call in an expression whose answer may change while its arguments stay the same: what is true of a row when
/// it is written may be false later. Told are clocks, users, sessions, random numbers and sequences, and functions of the
/// history that are not declared immutable; what is unknown is not.
pub fn changing_call<'e>(catalog: &Catalog<'_>, expression: &'e Expr) -> Option<(&'e Name, Volatility)> {
    let calls = expression.calls.iter().map(|call| (call, declared(catalog, call)));
    let changing = |(call, declared): (&'e Name, Option<Volatility>)| {
        let word = &**call.last();
        let volatility = match declared {
            Some(declared) => declared,
            None if VOLATILE.contains(&word) => Volatility::Volatile,
            None if OF_THE_MOMENT.contains(&word) => Volatility::Stable,
            None => Volatility::Immutable,
        };
        (volatility != Volatility::Immutable).then_some((call, volatility))
    };
    calls.into_iter().find_map(changing)
}

/// As the history declares the function; none where it does not create it.
fn declared(catalog: &Catalog<'_>, name: &Name) -> Option<Volatility> {
    catalog.functions.get(&catalog.resolve_function(name)).map(|function| function.volatility)
}

/// Whether a column with this default has to be filled row by row.
pub(super) fn is_volatile(footprint: &mut Footprint<'_, '_>, expression: &Expr) -> bool {
    if matches!(expression.shape, Shape::Null | Shape::Literal) {
        return false;
    }
    // Every call is looked at: a known volatile one needs no assumption about another.
    let calls: Vec<Call> = expression.calls.iter().map(|call| judge(footprint, call)).collect();
    if calls.contains(&Call::Volatile) {
        return true;
    }
    let unknown = expression.calls.iter().zip(&calls).find(|(_, judged)| **judged == Call::Unknown);
    if let Some((name, _)) = unknown {
        footprint.assume(|| format!("the volatility of {name}() is not known"));
    }
    unknown.is_some()
}

/// What is known of one call.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Call {
    Steady,
    Volatile,
    Unknown,
}

fn judge(footprint: &Footprint<'_, '_>, name: &Name) -> Call {
    if let Some(declared) = declared(footprint.catalog, name) {
        return if declared == Volatility::Volatile { Call::Volatile } else { Call::Steady };
    }
    let word = &**name.last();
    if VOLATILE.contains(&word) {
        Call::Volatile
    } else if name.schema.is_none() && STEADY.contains(&word) {
        Call::Steady
    } else {
        Call::Unknown
    }
}
