package sim

// externalLink ties an entity to another system's (schema ExternalLink_List). Whether it is stored together with the entity is
// unknown; here it is [unsure].
type externalLink struct {
	ThirdPartyID   string `json:"third_party_id"`
	ThirdPartyType string `json:"third_party_type"`
	ThirdPartyDesc string `json:"third_party_desc"`
	ThirdPartyURL  string `json:"third_party_url"`
	ModuleID       int32  `json:"module_id"`
	TableID        int32  `json:"table_id"`
}
