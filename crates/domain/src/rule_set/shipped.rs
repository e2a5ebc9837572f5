/// The rule sets docket brings along: name and text.
pub const SHIPPED: &[(&str, &str)] = &[
    ("cn-2005", include_str!("../../rules/cn-2005.toml")),
    ("cn-2022", include_str!("../../rules/cn-2022.toml")),
    ("uk-complaints", include_str!("../../rules/uk-complaints.toml")),
    ("sla", include_str!("../../rules/sla.toml")),
];
