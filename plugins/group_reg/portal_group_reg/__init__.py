"""集体注册: an organisation enrols its people."""

MODE = "group_reg"
AWARD = "certificate"
