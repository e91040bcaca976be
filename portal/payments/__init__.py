"""Money: payments, notifications, refunds, invoices. Gateways are plugins behind one base class."""
