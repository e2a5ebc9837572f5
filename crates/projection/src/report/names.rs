//! The names of reports and of their figures.

use super::term::terms;

terms! {
    /// A report.
    pub enum ReportName {
        Overview = "overview", "overview", "总览";
        Receptions = "receptions", "receptions", "书记接访";
        Visits = "visits", "visits", "成员走访";
        Diary = "diary", "diaries and dossiers", "民情日志和民情档案";
        Cases = "cases", "cases", "信访事项";
        Timeliness = "timeliness", "timeliness", "时效";
        Satisfaction = "satisfaction", "satisfaction", "满意度";
        Campaigns = "campaigns", "backlog campaigns", "大下访";
        Pairing = "pairing", "pairing", "结穷亲";
        Aid = "aid", "aid", "帮扶";
        Stays = "stays", "stays", "三进三同";
        Rectification = "rectification", "rectification", "三项治理";
        Finance = "finance", "finance", "财务管理";
        Assessment = "assessment", "assessment", "考核";
    }
}

terms! {
    /// What a figure is.
    pub enum FigureName {
        Units = "units", "villages and communities", "村和社区";
        Villages = "villages", "villages", "村";
        Communities = "communities", "communities", "社区";
        Officials = "officials", "officials in service", "在职干部";
        Households = "households", "households on the register", "在册户数";
        IssuesCollected = "issues_collected", "issues collected", "收集问题";
        IssuesResolved = "issues_resolved", "issues resolved, of those collected", "解决问题";
        IssuesTerminated = "issues_terminated", "issues declined, withdrawn, merged or void", "终止";
        IssuesPending = "issues_pending", "issues still in hand", "尚在办理";
        IssuesResolvedRate = "issues_resolved_rate", "issues resolved, of those collected", "问题解决率";

        Receptions = "receptions", "receptions held", "接访";
        ReceptionsBySecretary = "receptions_by_secretary", "receptions held by the secretary", "书记接访";
        ReceptionsBySubstitute = "receptions_by_substitute", "receptions held by a substitute", "代为接访";
        PersonsReceived = "persons_received", "persons received", "接待群众";
        ReceptionsCancelled = "receptions_cancelled", "weeks whose reception was cancelled", "取消接访";
        ReceptionWeeks = "reception_weeks", "weeks for which a unit owed receptions", "应接访";
        ReceptionWeeksMet = "reception_weeks_met", "weeks with the receptions owed", "已接访";
        ReceptionWeeksMissed = "reception_weeks_missed", "weeks without the receptions owed", "未接访";
        ReceptionWeeksExcused = "reception_weeks_excused", "weeks excused by a cancellation", "免除接访";
        ReceptionWeeksBySubstitute = "reception_weeks_by_substitute", "weeks missed though a substitute received", "仅代为接访";
        ReceptionAttainment = "reception_attainment", "weeks with the receptions owed, of those not excused", "接访任务完成率";

        Visits = "visits", "visits", "走访";
        VisitAttempts = "visit_attempts", "calls in vain", "走访未遇";
        VisitCoverage = "visit_coverage", "households visited at least once, of those on the register", "走访覆盖率";
        HouseholdYears = "household_years", "households on the register, in each year that ended", "历年在册户数";
        HouseholdYearsMet = "household_years_met", "visited in the year as often as is owed", "完成年度走访";
        HouseholdYearsMissed = "household_years_missed", "visited in the year less often than is owed", "未完成年度走访";
        HouseholdYearsNotOwed = "household_years_not_owed", "owed no visit in the year", "年度无走访任务";
        VisitYearCoverage = "visit_year_coverage", "visited in the year at least once, of those on the register", "年度走访覆盖率";
        VisitAttainment = "visit_attainment", "visited in the year as often as is owed, of those owed visits", "走访任务完成率";

        DiaryEntries = "diary_entries", "diary entries", "民情日志篇数";
        DiaryPages = "diary_pages", "pages of diaries", "民情日志";
        DiaryWriters = "diary_writers", "officials who wrote in their diary", "记民情日志干部";
        Dossiers = "dossiers", "dossiers opened", "民情档案";
        DossiersKept = "dossiers_kept", "dossiers opened that are kept", "其中在管";
        DossiersClosed = "dossiers_closed", "dossiers opened that were closed", "其中已结档";
        DossierUpdates = "dossier_updates", "times dossiers were brought up to date", "民情档案更新";

        Surveys = "surveys", "petitioners asked", "满意度调查";
        SurveysAnswered = "surveys_answered", "petitioners who answered", "已参评";
        SurveysUnanswered = "surveys_unanswered", "petitioners who did not answer", "未参评";
        AnswerRate = "answer_rate", "answered, of those asked", "参评率";
        AnswersSatisfied = "answers_satisfied", "satisfied", "满意";
        AnswersFairlySatisfied = "answers_fairly_satisfied", "fairly satisfied", "基本满意";
        AnswersDissatisfied = "answers_dissatisfied", "dissatisfied", "不满意";
        SatisfactionRate = "satisfaction", "satisfied, of those who answered", "满意率";
        FairSatisfactionRate = "satisfaction_at_least_fair", "satisfied or fairly satisfied, of those who answered", "满意和基本满意率";
        AnswersSolved = "answers_solved", "solved, as the petitioner says", "已解决";
        AnswersUnsolved = "answers_unsolved", "not solved, as the petitioner says", "未解决";
        AnswersWithoutSolved = "answers_without_solved", "answers that do not say whether it is solved", "未说明是否解决";
        SolvedRate = "solved_rate", "solved, of those who answered", "解决率";
        SurveysByOthers = "surveys_by_others", "asked by somebody of another unit than the one that answers for the case", "由其他单位调查";

        CampaignsOpened = "campaigns_opened", "backlog campaigns opened", "大下访活动";
        BacklogListed = "backlog_listed", "old cases listed", "排查积案";
        BacklogResolved = "backlog_resolved", "listed cases resolved", "化解积案";
        BacklogTerminated = "backlog_terminated", "listed cases terminated", "终止积案";
        BacklogCarriedOver = "backlog_carried_over", "listed cases carried over, or still in hand", "结转积案";
        BacklogResolvedRate = "backlog_resolved_rate", "resolved, of the listed cases", "积案化解率";
        BacklogLed = "backlog_led", "with a leader who answers for it, of the listed cases", "领导包案率";

        Registered = "registered", "registered", "登记";
        Closed = "closed", "closed or final", "办结";
        Open = "open", "in hand", "未办结";
        CasesDeclined = "cases_declined", "declined", "不予受理";
        CasesWithdrawn = "cases_withdrawn", "withdrawn", "撤回";
        CasesMerged = "cases_merged", "merged into another", "合并";
        CasesVoid = "cases_void", "void", "作废";
        Replied = "replied", "with a reply in the current run", "已答复";
        Reopened = "reopened", "reopened at least once", "重新办理";
        WithStatedDue = "with_stated_due", "with a due date stated by the source", "来源注明期限";
        ClosedByStatedDue = "closed_by_stated_due", "closed by it", "注明期限内办结";
        ClosedAfterStatedDue = "closed_after_stated_due", "closed after it", "超过注明期限办结";
        OpenWithStatedDue = "open_with_stated_due", "still open with one", "注明期限未办结";
        EndedWithStatedDue = "ended_with_stated_due", "ended without closing, with one", "注明期限未办结而终止";
        ByStatedDueRate = "by_stated_due_rate", "closed by the stated due date, of those with one", "注明期限内办结率";
        WithoutStatedDue = "without_stated_due", "without one", "来源未注明期限";

        ResponseRate = "response_rate", "petitioners contacted in term, of those due for contact", "响应率";
        CasesAccepted = "cases_accepted", "accepted", "受理";
        ClosureRate = "closure_rate", "closed, of those accepted", "办结率";
        RepeatRate = "repeat_rate", "reopened after a closing or a follow-up, of those registered", "重复率";
        ClosedInPeriod = "closed_in_period", "closed, whenever registered", "期内办结";
        ClosedInTermRate = "closed_in_term_rate", "replied to in (extended) term, of those closed that had a term", "办结件按期率";

        ClocksFellDue = "clocks_fell_due", "terms that fell due", "到期时限";
        ClocksMet = "clocks_met", "terms met", "按期完成";
        ClocksMetLate = "clocks_met_late", "terms met too late", "逾期完成";
        ClocksMissed = "clocks_missed", "terms missed", "逾期未完成";
        ClocksRunning = "clocks_running", "terms that run", "在期";
        ClocksOverdue = "clocks_overdue", "terms overdue", "现已逾期";
        AcknowledgedInTerm = "acknowledged_in_term", "acknowledged in term", "按期告知收到率";
        AssignedInTerm = "assigned_in_term", "assigned in term", "按期交办率";
        AcceptanceInTime = "acceptance_in_time", "petitioners told in term", "及时受理率";
        InTermRate = "in_term_rate", "replied to in (extended) term", "按期办结率";
        ReviewedInTerm = "reviewed_in_term", "reviews decided in term", "按期复查率";
        RecheckedInTerm = "rechecked_in_term", "re-checks decided in term", "按期复核率";
        SupervisionAnsweredInTerm = "supervision_answered_in_term", "supervisions answered in term", "督办按期答复率";
        AcknowledgeRunning = "acknowledge_running", "to be acknowledged", "待告知收到";
        AssignRunning = "assign_running", "to be assigned", "待交办";
        TellRunning = "tell_running", "petitioners to be told", "待告知受理";
        HandleRunning = "handle_running", "to be replied to", "待答复";
        ReviewRunning = "review_running", "reviews to be decided", "待复查";
        RecheckRunning = "recheck_running", "re-checks to be decided", "待复核";
        SupervisionRunning = "supervision_running", "supervisions to be answered", "待答复督办";

        PairingsEstablished = "pairings_established", "pairings established", "结对";
        PairingsLasting = "pairings_lasting", "pairings established that last", "其中仍结对";
        PairingsEnded = "pairings_ended", "pairings established that ended", "其中已解除";
        PairingsLive = "pairings_live", "pairings that live", "现有结对";
        HouseholdsPaired = "households_paired", "households paired with somebody", "已结对户数";
        PairingAttainment = "pairing_attainment", "duty-holders whose quota is met", "结对任务完成率";
        PairingByOfficials = "pairing_by_officials", "officials whose quota is met", "干部结对任务完成率";
        PairingByBranches = "pairing_by_branches", "branches whose quota is met", "支部结对任务完成率";
        OfficialsWithoutBranch = "officials_without_branch", "officials who owe through a branch and have none", "未编入支部干部";

        Stays = "stays", "stays in a village", "驻村";
        StaysEnded = "stays_ended", "stays that ended, of those begun", "驻村已结束";
        StaysCertified = "stays_certified", "stays certified, of those that ended", "驻村已证明";
        StayAttainment = "stay_attainment", "years in which officials stayed as long as is owed", "驻村任务完成率";

        AidDeliveries = "aid_deliveries", "deliveries of aid", "帮扶";
        AidConfirmed = "aid_confirmed", "deliveries whose receipt another party confirmed", "帮扶签收率";
        AidDeliveredFen = "aid_delivered_fen", "aid delivered, in money", "帮扶金额";
        AidConfirmedFen = "aid_confirmed_fen", "aid whose receipt is confirmed, in money", "已签收帮扶金额";
        AidUnconfirmedFen = "aid_unconfirmed_fen", "aid without a confirmed receipt, in money", "未签收帮扶金额";
        Projects = "projects", "projects started", "启动项目";
        ProjectsVerified = "projects_verified", "projects verified", "验收项目";
        ProjectsUnverified = "projects_unverified", "projects not verified", "未验收项目";
        ProjectsBudgetFen = "projects_budget_fen", "budgets of projects", "项目预算";
        ProjectsSpentFen = "projects_spent_fen", "cost of verified projects", "验收项目支出";
        ProjectBeneficiaries = "project_beneficiaries", "persons served by verified projects, as their verifiers count", "项目受益人数";
        AidMoneyFen = "aid_money_fen", "money of confirmed aid and verified projects", "帮扶资金";
        Difficulties = "difficulties", "difficulties resolved", "解决困难";
        Beneficiaries = "beneficiaries", "distinct persons whom confirmed aid reached", "受益群众";

        Gifts = "gifts", "gifts handed in", "上交红包";
        GiftsFen = "gifts_fen", "gifts handed in, in money", "上交红包金额";
        GiftsReceipted = "gifts_receipted", "gifts receipted, of those handed in", "已开收据";
        GiftsInTime = "gifts_in_time", "gifts handed in and receipted by the cut-off", "限期内上交并开收据";
        GiftsLenient = "gifts_lenient", "gifts dealt with leniently", "从宽处理";
        GiftsStrict = "gifts_strict", "gifts dealt with strictly", "从严处理";
        GiftsUndecided = "gifts_undecided", "gifts not decided", "尚未处理";
        Vehicles = "vehicles", "vehicles over standard", "超标车";
        VehiclesTransitional = "vehicles_transitional", "vehicles in transition", "过渡";
        VehiclesReassigned = "vehicles_reassigned", "vehicles reassigned", "调剂";
        VehiclesAuctioned = "vehicles_auctioned", "vehicles auctioned", "拍卖";
        VehiclesOpen = "vehicles_open", "vehicles without a live disposal", "未处置";
        VehiclesOverrun = "vehicles_overrun", "vehicles in use beyond their transition", "过渡逾期";
        VehicleProceedsFen = "vehicle_proceeds_fen", "proceeds of auctions", "拍卖所得";
        VehiclesSelfChecked = "vehicles_self_checked", "vehicles found by the unit itself by the cut-off", "限期内自查";
        Declarations = "declarations", "declarations of business interests filed", "经商办企业申报";
        DeclarationsInTime = "declarations_in_time", "declarations filed by the cut-off", "限期内申报";
        DeclarationsWithInterest = "declarations_with_interest", "declarations that name an interest", "申报有经商办企业";
        DeclarationsWithoutInterest = "declarations_without_interest", "declarations that name none", "零申报";
        InterestsRectified = "interests_rectified", "interests given up by the cut-off", "限期内整改";
        InterestsRectifiedLate = "interests_rectified_late", "interests given up later", "逾期整改";
        InterestsOpen = "interests_open", "interests not given up, the cut-off to come", "尚待整改";
        InterestsOverdue = "interests_overdue", "interests not given up, the cut-off past", "逾期未整改";
        Violations = "violations", "violations of discipline found", "发现违规问题";
        ViolationsCorrected = "violations_corrected", "violations corrected, of those found", "纠正违规问题";
        ViolationsUncorrected = "violations_uncorrected", "violations not corrected", "尚未纠正";
        Findings = "findings", "findings of inspections issued", "监督检查发现问题";
        FindingsAnsweredInTerm = "findings_answered_in_term", "findings answered in term", "监督检查问题按期答复";

        AttestationsDue = "attestations_due", "attestations due", "应报落实情况";
        AttestationsFulfilled = "attestations_fulfilled", "attested as kept", "已落实";
        AttestationsNotFulfilled = "attestations_not_fulfilled", "attested as not kept", "未落实";
        AttestationsMissing = "attestations_missing", "not attested", "未报";
        TwoLines = "two_lines", "two lines of revenue and expenditure", "收支两条线";
        TreasuryPayment = "treasury_payment", "central treasury payment", "国库集中支付";
        CashControl = "cash", "cash", "现金管理";
        ExpenseReview = "expense_review", "accounting and expense review", "会计核算和开支审核";
        Audit = "audit", "audit", "审计监督";
        PublicNotice = "public_notice", "public notice", "财务公开";
        Accountability = "accountability", "accountability", "责任追究";
        NoticesPosted = "notices_posted", "public notices posted", "公示";
        ExpensesApproved = "expenses_approved", "expenses approved", "审批开支";
        ExpensesFen = "expenses_fen", "expenses approved, in money", "审批开支金额";
        Score = "score", "score, of what could be measured", "考核得分";
        ScoreWeights = "score_weights", "weights together", "考核总分";
        ScoreMeasured = "score_measured", "weights of what could be measured", "可考核分值";
        ScoreNotMeasured = "score_not_measured", "weights of what nothing was due for", "无考核事项分值";
        PointsResponseRate = "points_response_rate", "for contact in term", "响应率得分";
        PointsAcceptanceInTime = "points_acceptance_in_time", "for telling petitioners in term", "及时受理率得分";
        PointsClosureRate = "points_closure_rate", "for closing what was accepted", "办结率得分";
        PointsInTermRate = "points_in_term_rate", "for replying in term", "按期办结率得分";
        PointsSolvedRate = "points_solved_rate", "for what petitioners call solved", "解决率得分";
        PointsSatisfaction = "points_satisfaction", "for satisfied petitioners", "满意率得分";
        PointsAnswerRate = "points_answer_rate", "for petitioners who answered", "参评率得分";
        PointsRepeatRate = "points_repeat_rate", "for what was raised again", "重复率得分";
        PointsReceptionAttainment = "points_reception_attainment", "for weeks with their reception", "书记接访得分";
        PointsVisitCoverage = "points_visit_coverage", "for households visited at all", "走访覆盖得分";
        PointsVisitAttainment = "points_visit_attainment", "for households visited as often as owed", "成员走访得分";
        PointsPairingAttainment = "points_pairing_attainment", "for pairings owed", "结穷亲得分";
        PointsStayAttainment = "points_stay_attainment", "for stays owed", "三进三同得分";
        LiabilitiesPursued = "liabilities_pursued", "liabilities pursued", "责任追究人次";
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
