//! Any text: a Splink model or a message. What is recognised whole is a spec, and survives the way to SQL and back.
//!
//! Text that isn't JSON is taken for the condition of one level and of a blocking rule.

use linkage::splink::{Imported, from_splink, to_splink};

/// Takes the text for a model.
pub fn check(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    match from_splink(text) {
        Ok(model) => survives(&model),
        Err(refused) => assert!(!refused.to_string().is_empty()),
    }
    if let Ok(model) = from_splink(&of_condition(text)) {
        assert!(model.unrecognised.iter().all(|odd| !odd.line.is_empty() && !odd.place.is_empty()));
        survives(&model);
    }
}

/// A model in which this SQL stands at each place where there is some.
fn of_condition(sql: &str) -> String {
    let sql = serde_json::Value::from(sql).to_string();
    let level = |more: &str| format!("\"m_probability\": 0.4, \"u_probability\": 0.2{more}");
    format!(
        "{{\"probability_two_random_records_match\": 0.1, \"blocking_rules_to_generate_predictions\": [{sql}, \"l.x = r.x\"], \
         \"comparisons\": [{{\"output_column_name\": \"c\", \"comparison_levels\": [\
         {{\"sql_condition\": {sql}, \"is_null_level\": true}}, {{\"sql_condition\": {sql}, {}}}, {{\"sql_condition\": \"x_l = x_r\", {}}}, \
         {{\"sql_condition\": \"ELSE\", {}}}]}}]}}",
        level(", \"tf_adjustment_column\": \"x\""),
        level(""),
        level("")
    )
}

fn survives(model: &Imported) {
    if !model.unrecognised.is_empty() || model.spec.check().is_err() {
        return;
    }
    let Ok(json) = to_splink(&model.spec, &model.link_type, &model.unique_id) else { return };
    let again = from_splink(&json).expect("what was written can be read");
    assert!(again.unrecognised.is_empty(), "written so that it is recognised: {:?}", again.unrecognised);
    for (one, other) in model.spec.comparisons.iter().zip(&again.spec.comparisons) {
        let rules = |comparison: &linkage::Comparison| {
            comparison.levels.iter().map(|level| (level.rule.clone(), level.m, level.u)).collect::<Vec<_>>()
        };
        assert_eq!(rules(one), rules(other));
    }
}
