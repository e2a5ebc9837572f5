//! The names of reports and of their figures.

use super::term::terms;

terms! {
    /// A report.
    pub enum ReportName {
        Cases = "cases", "cases", "信访事项";
    }
}

terms! {
    /// What a figure is.
    pub enum FigureName {
        Registered = "registered", "registered", "登记";
        Closed = "closed", "closed", "办结";
        Open = "open", "open", "未办结";
        Replied = "replied", "with a reply in the current run", "已答复";
        Reopened = "reopened", "reopened at least once", "重新办理";
        WithStatedDue = "with_stated_due", "with a due date stated by the source", "来源注明期限";
        ClosedByStatedDue = "closed_by_stated_due", "closed by it", "注明期限内办结";
        ClosedAfterStatedDue = "closed_after_stated_due", "closed after it", "超过注明期限办结";
        OpenWithStatedDue = "open_with_stated_due", "still open with one", "注明期限未办结";
        ByStatedDueRate = "by_stated_due_rate", "closed by the stated due date, of those with one", "注明期限内办结率";
        WithoutStatedDue = "without_stated_due", "without one", "来源未注明期限";
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn no_two_figures_have_one_name() {
        let names: BTreeSet<_> = FigureName::ALL.iter().map(|name| name.term().name).collect();
        assert_eq!(names.len(), FigureName::ALL.len());
    }
}
