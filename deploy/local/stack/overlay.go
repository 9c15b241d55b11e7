package stack

import "github.com/goccy/go-yaml"

// overlay is a file with settings laid over it, key by key; what is not a map is replaced.
func overlay(content []byte, settings map[string]any) ([]byte, error) {
	if len(settings) == 0 {
		return content, nil
	}
	file := map[string]any{}
	if err := yaml.Unmarshal(content, &file); err != nil {
		return nil, err
	}
	put(file, settings)
	return yaml.Marshal(file)
}

func put(file, settings map[string]any) {
	for key, value := range settings {
		below, deeper := value.(map[string]any)
		old, there := file[key].(map[string]any)
		if deeper && there {
			put(old, below)
		} else {
			file[key] = value
		}
	}
}
