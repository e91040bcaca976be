"""学习报名: enrol in a yearly project of a specialty."""

MODE = "enrollment"
AWARD = "certificate"
