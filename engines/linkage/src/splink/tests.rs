//! Every standard level of Splink 5, as it writes them, and what becomes of others.

use proptest::prelude::*;

use super::{from_splink, to_splink};
use crate::{Kind, Missing, Rule, Spec};

/// A model with one comparison of these conditions.
fn model(absent: &str, conditions: &[&str]) -> String {
    let level = |sql: &&str| serde_json::json!({ "sql_condition": sql, "label_for_charts": sql, "m_probability": 0.5, "u_probability": 0.1 });
    let mut levels = vec![serde_json::json!({ "sql_condition": absent, "is_null_level": true })];
    levels.extend(conditions.iter().map(level));
    levels.push(serde_json::json!({ "sql_condition": "ELSE", "label_for_charts": "else", "m_probability": 0.1, "u_probability": 0.1 }));
    serde_json::json!({
        "link_type": "dedupe_only",
        "unique_id_column_name": "id",
        "probability_two_random_records_match": 0.001,
        "blocking_rules_to_generate_predictions": [{ "blocking_rule": "l.\"x\" = r.\"x\"", "sql_dialect": "duckdb" }],
        "comparisons": [{ "output_column_name": "c", "comparison_levels": levels }],
    })
    .to_string()
}

fn rule_of(condition: &str) -> String {
    let imported = from_splink(&model("\"x_l\" IS NULL OR \"x_r\" IS NULL", &[condition])).unwrap();
    assert!(imported.unrecognised.is_empty(), "{:?}", imported.unrecognised);
    imported.spec.check().unwrap();
    serde_json::to_string(&imported.spec.comparisons[0].levels[0].rule).unwrap()
}

#[test]
fn standard_levels_are_recognised_however_they_are_spelt() {
    let km = "cast( acos( case when ( sin( radians(\"la_l\") ) * sin( radians(\"la_r\") ) + cos( radians(\"la_l\") ) * cos( radians(\"la_r\") ) \
              * cos( radians(\"lo_r\" - \"lo_l\") ) ) > 1 then 1 else 0 end ) * 6371 as float ) <= 10";
    let pairwise = "list_max( list_transform( flatten( list_transform( \"x_l\", a -> list_transform( \"x_r\", y -> [a, y] ) ) ), \
                    pair -> jaro_winkler_similarity( pair[1], pair[2] ) ) ) >= 0.9";
    for (sql, expected) in [
        ("\"x_l\" = \"x_r\"", "\"exact\""),
        ("x_l = x_r", "\"exact\""),
        ("( l.x = r.x )", "\"exact\""),
        ("jaro_winkler_similarity(\"x_l\", \"x_r\") >= 0.92", "{\"jaro_winkler\":0.92}"),
        ("JARO_WINKLER(x_l, x_r) >= 0.92", "{\"jaro_winkler\":0.92}"),
        ("jaro_similarity(\"x_l\", \"x_r\") >= 0.9", "{\"jaro\":0.9}"),
        ("levenshtein(\"x_l\", \"x_r\") <= 2", "{\"levenshtein\":2}"),
        ("damerau_levenshtein(\"x_l\", \"x_r\") <= 1", "{\"damerau_levenshtein\":1}"),
        ("jaccard(\"x_l\", \"x_r\") >= 0.5", "{\"jaccard\":0.5}"),
        ("levenshtein(CAST(\"x_l\" AS TEXT), \"x_r\"::varchar(20)) <= 1", "{\"levenshtein\":1}"),
        ("LOWER(\"x_l\") = LOWER(\"x_r\")", "{\"all\":{\"x_lower\":\"exact\"}}"),
        (
            "ABS(EPOCH(try_strptime(\"x_l\", '%Y-%m-%d')) - EPOCH(try_strptime(\"x_r\", '%Y-%m-%d'))) <= 2629800.0",
            "{\"all\":{\"x_date\":{\"absolute_date_difference\":{\"months\":1.0}}}}",
        ),
        (
            "ABS(EPOCH(\"x_l\") - EPOCH(\"x_r\")) <= 315576000.0",
            "{\"all\":{\"x_date\":{\"absolute_date_difference\":{\"years\":10.0}}}}",
        ),
        (
            "ABS(EPOCH(\"x_l\") - EPOCH(\"x_r\")) <= 86400",
            "{\"all\":{\"x_date\":{\"absolute_date_difference\":{\"days\":1.0}}}}",
        ),
        (
            "abs(date_diff('day', \"x_l\", \"x_r\")) <= 10",
            "{\"all\":{\"x_date\":{\"absolute_date_difference\":{\"days\":10.0}}}}",
        ),
        (
            "NULLIF(regexp_extract(\"x_l\", '^[^@]+', 0), '') = NULLIF(regexp_extract(\"x_r\", '^[^@]+', 0), '')",
            "\"same_user\"",
        ),
        (
            "jaro_winkler_similarity(NULLIF(regexp_extract(\"x_l\", '^[^@]+', 0), ''), NULLIF(regexp_extract(\"x_r\", '^[^@]+', 0), '')) >= 0.88",
            "{\"similar_user\":0.88}",
        ),
        (
            "NULLIF(regexp_extract(\"x_l\", '^[A-Za-z]{1,2}[0-9][A-Za-z0-9]? [0-9]', 0), '') = NULLIF(regexp_extract(\"x_r\", '^[A-Za-z]{1,2}[0-9][A-Za-z0-9]? [0-9]', 0), '')",
            "{\"all\":{\"x_postcode\":\"same_sector\"}}",
        ),
        (km, "{\"all\":{\"la_lo\":{\"distance_in_km\":10.0}}}"),
        ("array_length(list_intersect(\"x_l\", \"x_r\")) >= 2", "{\"array_intersect\":2}"),
        (
            "LEAST(ARRAY_LENGTH(\"x_l\"), ARRAY_LENGTH(\"x_r\")) <> 0 AND ARRAY_LENGTH(ARRAY_INTERSECT(\"x_l\", \"x_r\")) = LEAST(ARRAY_LENGTH(\"x_l\"), ARRAY_LENGTH(\"x_r\"))",
            "\"array_subset\"",
        ),
        (pairwise, "{\"jaro_winkler\":0.9}"),
        ("ABS(\"x_l\" - \"x_r\") <= 5", "{\"all\":{\"x_number\":{\"absolute_difference\":5.0}}}"),
        (
            "(ABS(\"x_l\" - \"x_r\") / (CASE WHEN \"x_r\" > \"x_l\" THEN \"x_r\" ELSE \"x_l\" END)) < 0.1",
            "{\"all\":{\"x_number\":{\"percentage_difference\":0.1}}}",
        ),
        ("\"x_l\" = \"b_r\" AND \"x_r\" = \"b_l\"", "{\"swapped\":\"exact\"}"),
        (
            "(\"x_l\" = \"x_r\") AND (NOT (\"b_l\" = \"b_r\"))",
            "{\"and\":[\"exact\",{\"not\":{\"all\":{\"b\":\"exact\"}}}]}",
        ),
        (
            "(\"x_l\" = \"x_r\") OR (jaro_winkler_similarity(\"b_l\", \"b_r\") >= 0.8)",
            "{\"any\":{\"b\":{\"jaro_winkler\":0.8},\"x\":\"exact\"}}",
        ),
        ("(\"x_l\" = \"x_r\") AND (\"b_l\" = \"b_r\")", "{\"all\":{\"b\":\"exact\",\"x\":\"exact\"}}"),
        ("substr(\"x_l\", 1, 3) = substr(\"x_r\", 1, 3)", "{\"same_first\":3}"),
    ] {
        assert_eq!(rule_of(sql), expected, "{sql}");
    }
}

#[test]
fn what_is_missing_is_missing_as_in_splink() {
    let both = "(\"x_l\" IS NULL OR \"x_r\" IS NULL) AND (\"b_l\" IS NULL OR \"b_r\" IS NULL)";
    let names = from_splink(&model(both, &["\"x_l\" = \"x_r\"", "\"b_l\" = \"b_r\""])).unwrap().spec;
    assert_eq!(
        (names.comparisons[0].missing, names.comparisons[0].fields.clone()),
        (Missing::All, vec!["x".into(), "b".into()])
    );
    let date = "try_strptime(\"x_l\", '%Y-%m-%d') IS NULL OR try_strptime(\"x_r\", '%Y-%m-%d') IS NULL";
    let born = from_splink(&model(date, &["\"x_l\" = \"x_r\""])).unwrap().spec;
    assert_eq!(born.comparisons[0].fields, ["x", "x_date"]);
    assert_eq!(born.comparisons[0].missing, Missing::Any);
    assert_eq!((born.fields[0].kind, born.fields[1].kind), (Kind::Raw, Kind::CalendarDate));
}

#[test]
fn what_is_not_standard_is_named_with_the_line_to_write() {
    for sql in [
        "my_function(\"x_l\", \"x_r\") = 1",
        "soundex(\"x_l\") = soundex(\"x_r\")",
        "\"x_l\" = 'unknown'",
        "\"x_l\" = \"b_r\"",
        "x_l = x_r; drop table people",
        "((((",
        "levenshtein(\"x_l\", \"x_r\") <= -1",
        &"(".repeat(5000),
        &"-".repeat(100_000),
        &"not ".repeat(100_000),
        "array_cosine_similarity(\"x_l\", \"x_r\") >= 0.5",
    ] {
        let imported = from_splink(&model("\"x_l\" IS NULL OR \"x_r\" IS NULL", &[sql])).unwrap();
        assert_eq!(imported.unrecognised.len(), 1, "{sql}");
        let named = imported.unrecognised[0].to_string();
        assert!(named.contains("comparison `c`, level `") && named.contains("m = 0.5, u = 0.1 }"), "{named}");
    }
    let named =
        from_splink(&model("x_l is null or x_r is null", &["soundex(x_l) = soundex(x_r)"])).unwrap().unrecognised;
    assert!(named[0].line.contains("rule = \"soundex\""), "{}", named[0].line);
    assert!(
        from_splink("{\"comparisons\": [{}]}")
            .unwrap_err()
            .to_string()
            .contains("not a Splink 4 or 5 model: missing field")
    );
}

#[test]
fn blocking_rules_become_keys() {
    let text = model("x_l is null or x_r is null", &["x_l = x_r"]);
    for (sql, expected) in [
        ("l.\"x\" = r.\"x\"", "x"),
        ("l.first_name = r.first_name AND (l.surname = r.surname)", "first_name, surname"),
        ("SUBSTR(l.x, 1, 3) = SUBSTR(r.x, 1, 3) and l.y = r.y", "prefix(x, 3), y"),
        ("substr(l.x, 2, 3) = substr(r.x, 2, 3)", "substring(x, 2, 3)"),
        ("year(CAST(l.dob AS DATE)) = year(CAST(r.dob AS DATE))", "year(dob_date)"),
    ] {
        let spec = from_splink(&text.replace(r#"l.\"x\" = r.\"x\""#, &sql.replace('"', "\\\""))).unwrap();
        assert!(spec.unrecognised.is_empty(), "{sql}");
        let keys: Vec<String> = spec.spec.blocking[0].keys.iter().map(ToString::to_string).collect();
        assert_eq!(keys.join(", "), expected);
    }
    let odd = from_splink(&text.replace(r#"l.\"x\" = r.\"x\""#, "l.x < r.x")).unwrap();
    assert_eq!(odd.unrecognised[0].place, "blocking rule");
}

#[test]
fn a_model_survives_the_way_there_and_back() {
    let conditions = [
        "\"x_l\" = \"x_r\"",
        "jaro_winkler_similarity(\"x_l\", \"x_r\") >= 0.92",
        "damerau_levenshtein(\"x_l\", \"x_r\") <= 1",
        "(levenshtein(\"x_l\", \"x_r\") <= 2) AND (\"b_l\" = \"b_r\")",
        "\"x_l\" = \"b_r\" AND \"b_l\" = \"x_r\"",
        "NULLIF(regexp_extract(\"x_l\", '^[^@]+', 0), '') = NULLIF(regexp_extract(\"x_r\", '^[^@]+', 0), '')",
        "ABS(EPOCH(\"x_l\") - EPOCH(\"x_r\")) <= 2629800.0",
    ];
    let there = from_splink(&model(
        "(\"x_l\" IS NULL OR \"x_r\" IS NULL) AND (\"b_l\" IS NULL OR \"b_r\" IS NULL)",
        &conditions,
    ));
    let there = there.unwrap();
    assert!(there.unrecognised.is_empty(), "{:?}", there.unrecognised);
    let back = from_splink(&to_splink(&there.spec, "dedupe_only", "id").unwrap()).unwrap();
    let rules = |spec: &Spec| spec.comparisons[0].levels.iter().map(|level| level.rule.clone()).collect::<Vec<Rule>>();
    assert_eq!(rules(&back.spec), rules(&there.spec));
    assert_eq!(back.spec.fields, there.spec.fields);
    let mut odd = there.spec;
    odd.comparisons[0].levels[0].rule = Rule::DoubleMetaphone;
    let message = to_splink(&odd, "dedupe_only", "id").unwrap_err().to_string();
    assert!(message.contains("level `\"x_l\" = \"x_r\"`: its rule has no SQL (double_metaphone)"), "{message}");
}

proptest! {
    #[test]
    fn no_text_is_too_odd(text in "\\PC{0,60}", pieces in prop::collection::vec("[a-z_]{1,3}_[lr]|[(),'\"=<>]|and|or|not|is|null|case|end|cast|as|abs|[0-9.]{1,3}| ", 0..40)) {
        for sql in [text, pieces.join(" ")] {
            let imported = from_splink(&model("x_l is null or x_r is null", &[&sql])).unwrap();
            prop_assert_eq!(imported.spec.comparisons[0].levels.len() + imported.unrecognised.len(), 2);
        }
    }
}
