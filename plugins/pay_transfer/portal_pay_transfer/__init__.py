"""对公转账: bank transfers, matched to orders by code and amount."""
