package sim

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// sourceEvents is every event type that the source spells.
func sourceEvents(t *testing.T) []string {
	t.Helper()
	files, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	like := regexp.MustCompile(`^(customer|payment_intent|charge|refund|plan|invoice|invoiceitem|invoice_payment|product|price)(\.[a-z_]+)+$`)
	var out []string
	for _, file := range files {
		if !strings.HasSuffix(file.Name(), ".go") || strings.HasSuffix(file.Name(), "_test.go") {
			continue
		}
		tree, err := parser.ParseFile(token.NewFileSet(), file.Name(), nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(tree, func(n ast.Node) bool {
			if literal, ok := n.(*ast.BasicLit); ok && literal.Kind == token.STRING {
				if text, err := strconv.Unquote(literal.Value); err == nil && like.MatchString(text) && !slices.Contains(out, text) {
					out = append(out, text)
				}
			}
			return true
		})
	}
	if len(out) < 30 {
		t.Fatalf("only %d events found", len(out))
	}
	return out
}
