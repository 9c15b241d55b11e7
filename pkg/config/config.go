// Package config answers what every knob is set to: one YAML file, secrets from the environment, and errors that name
// the key and say what it expects.
package config

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"reflect"
	"regexp"
	"strings"

	"github.com/go-playground/validator/v10"
	"github.com/goccy/go-yaml"
)

// maxFile bounds what is read.
const maxFile = 4 << 20

// Load reads the file at path into c, whose values so far are the defaults. Unknown keys are refused; ${NAME} in a
// value stands for the environment's NAME, which must be set. Then the struct's validate tags are checked.
func Load(path string, getenv func(string) (string, bool), c any) error {
	raw, err := os.ReadFile(path) //nolint:gosec // the operator names the file
	if err != nil {
		return fmt.Errorf("read the configuration: %w", err)
	}
	if len(raw) > maxFile {
		return fmt.Errorf("%s: is larger than %d bytes", path, maxFile)
	}
	if err := Parse(raw, getenv, c); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return nil
}

// Parse is Load for what was read already.
func Parse(raw []byte, getenv func(string) (string, bool), c any) error {
	raw, err := expand(raw, getenv)
	if err != nil {
		return err
	}
	if err := yaml.NewDecoder(bytes.NewReader(raw), yaml.Strict()).Decode(c); err != nil {
		return errors.New(discreet(strings.TrimSpace(yaml.FormatError(err, false, false)))) // without the lines around it: they hold secrets
	}
	return check(c)
}

var quoted = regexp.MustCompile(`"[^"\n]{9,}"`) //nolint:gochecknoglobals // compiled once

// discreet leaves out of what is said of a duration what stands there instead, unless it is short: it may be a secret in the wrong place.
func discreet(words string) string {
	if !strings.Contains(words, "time: ") {
		return words
	}
	return quoted.ReplaceAllString(words, "…") + ": expects a duration such as 90s"
}

var variable = regexp.MustCompile(`\$\{([A-Za-z_][A-Za-z0-9_]*)\}`) //nolint:gochecknoglobals // compiled once

func expand(raw []byte, getenv func(string) (string, bool)) ([]byte, error) {
	var missing error
	out := variable.ReplaceAllFunc(raw, func(m []byte) []byte {
		name := string(m[2 : len(m)-1])
		value, ok := getenv(name)
		if !ok && missing == nil {
			missing = fmt.Errorf("${%s}: set %s in the environment", name, name)
		}
		return []byte(value)
	})
	return out, missing
}

// check turns the first broken validate tag into one sentence that names the key.
func check(c any) error {
	v := validator.New(validator.WithRequiredStructEnabled())
	v.RegisterTagNameFunc(func(f reflect.StructField) string {
		name, how, _ := strings.Cut(f.Tag.Get("yaml"), ",")
		if how == "inline" {
			return inlined
		}
		return name
	})
	err := v.Struct(c)
	var broken validator.ValidationErrors
	if !errors.As(err, &broken) || len(broken) == 0 {
		return err
	}
	b := broken[0]
	_, key, _ := strings.Cut(b.Namespace(), ".") // without the struct's own name
	return fmt.Errorf("%s: %s", strings.ReplaceAll(key, inlined+".", ""), expects(b))
}

// inlined is the name of a struct whose keys stand among those around it.
const inlined = "~"

func expects(b validator.FieldError) string {
	switch b.Tag() {
	case "required":
		return "is missing"
	case "url", "http_url":
		return "expects a URL such as https://acme.halopsa.com"
	case "hostname_port":
		return "expects an address such as 127.0.0.1:8080"
	case "oneof":
		return "expects one of " + b.Param()
	case "min", "gte":
		return "expects at least " + b.Param()
	case "max", "lte":
		return "expects at most " + b.Param()
	case "unique":
		return "expects each " + strings.ToLower(b.Param()) + " once"
	}
	return "expects " + strings.TrimSpace(b.Tag()+" "+b.Param())
}
