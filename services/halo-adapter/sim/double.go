package sim

import "strconv"

// double is an id that the vendor's document types as a floating number, and that its serializer writes as one: 12.0
// [official: Halo OpenAPI 2024-09, Site.client_id and Users.site_id; the spelling is inferred].
type double float64

// MarshalJSON spells the number with a fraction.
func (d double) MarshalJSON() ([]byte, error) {
	if whole := int64(d); double(whole) == d {
		return []byte(strconv.FormatInt(whole, 10) + ".0"), nil
	}
	return strconv.AppendFloat(nil, float64(d), 'f', -1, 64), nil
}
