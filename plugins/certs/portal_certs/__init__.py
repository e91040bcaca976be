"""合格证书: certificates, proofs and their verification."""
