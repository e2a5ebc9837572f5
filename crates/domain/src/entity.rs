//! The list of everything that has streams and a state of its own.

/// Runs the macro `$callback` over the list of entities: everything that ids name, that streams are about, and that has a
/// state. The ids, the views on states and every store of states are made from this one list.
///
/// An entry reads: kind's name and number, letter of the codes, word, then the methods' names for one state, for all of
/// them, for adding one, for changing one, then the types of id and state, then what it is.
#[doc(hidden)]
#[macro_export]
macro_rules! each_entity {
    ($callback:ident) => {
        $callback! {
            UNIT 1 "U" "unit": unit units push_unit unit_mut UnitId UnitState
                "A unit: a village, a community, a department.";
            OFFICIAL 2 "O" "official": official officials push_official official_mut OfficialId OfficialState
                "An official.";
            HOUSEHOLD 3 "H" "household": household households push_household household_mut HouseholdId HouseholdState
                "A household.";
            CASE 4 "C" "case": case cases push_case case_mut CaseId CaseState
                "A case.";
            SOURCE 5 "S" "source": source sources push_source source_mut SourceId SourceState
                "An imported file.";
            RULES 6 "R" "rule set": rules rule_sets push_rules rules_mut RulesId RulesState
                "A rule set that was adopted.";
            CORRECTION 7 "K" "correction": correction corrections push_correction correction_mut CorrectionId CorrectionState
                "A correction of a record.";
            DOSSIER 16 "D" "dossier": dossier dossiers push_dossier dossier_mut DossierId DossierState
                "A dossier on households.";
            CAMPAIGN 17 "B" "campaign": campaign campaigns push_campaign campaign_mut CampaignId CampaignState
                "A campaign to settle old cases.";
            STAY 18 "T" "stay": stay stays push_stay stay_mut StayId StayState
                "A stay of an official in a unit.";
            PAIRING 19 "P" "pairing": pairing pairings push_pairing pairing_mut PairingId PairingState
                "A pairing of an official with a household.";
            AID 20 "A" "aid": aid aids push_aid aid_mut AidId AidState
                "A delivery of aid.";
            PROJECT 21 "J" "project": project projects push_project project_mut ProjectId ProjectState
                "An aid project.";
            GIFT 22 "G" "gift": gift gifts push_gift gift_mut GiftId GiftState
                "A gift handed in.";
            VEHICLE 23 "V" "vehicle": vehicle vehicles push_vehicle vehicle_mut VehicleId VehicleState
                "A vehicle over standard.";
            DECLARATION 24 "L" "declaration": declaration declarations push_declaration declaration_mut DeclarationId DeclarationState
                "A declaration of business interests.";
            VIOLATION 25 "X" "violation": violation violations push_violation violation_mut ViolationId ViolationState
                "A violation of discipline.";
            INSPECTION 26 "I" "inspection": inspection inspections push_inspection inspection_mut InspectionId InspectionState
                "An inspection of a unit.";
        }
    };
}
