"""学时: the append-only ledger of earned hours. Charts, transcripts and boards read only this."""
