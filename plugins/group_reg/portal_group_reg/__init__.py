"""集体注册: an organisation enrols its people."""
