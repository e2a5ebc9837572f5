//! What kinds of units there are.

use crate::numbered::numbered;

numbered! {
    /// The level of a unit.
    pub enum UnitLevel ("unit level") {
        /// 村
        Village = 1, "village";
        /// 社区
        Community = 2, "community";
        /// 镇
        Town = 3, "town";
        /// 区县
        District = 4, "district";
        /// 市
        City = 5, "city";
        /// 部门
        Department = 6, "department";
        /// 支部
        Branch = 7, "branch";
    }
}

numbered! {
    /// The levels of schema version 1.
    pub enum UnitLevelV1 ("unit level") {
        /// 村
        Village = 1, "village";
        /// 社区
        Community = 2, "community";
        /// 镇
        Town = 3, "town";
        /// 区县
        District = 4, "district";
        /// 市
        City = 5, "city";
        /// 部门
        Department = 6, "department";
    }
}

impl From<UnitLevelV1> for UnitLevel {
    fn from(level: UnitLevelV1) -> Self {
        match level {
            UnitLevelV1::Village => Self::Village,
            UnitLevelV1::Community => Self::Community,
            UnitLevelV1::Town => Self::Town,
            UnitLevelV1::District => Self::District,
            UnitLevelV1::City => Self::City,
            UnitLevelV1::Department => Self::Department,
        }
    }
}
