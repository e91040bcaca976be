"""The shell around every learner page: layout, navigation, language, forms, errors, headers."""
