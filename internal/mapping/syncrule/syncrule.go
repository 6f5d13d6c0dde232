// SPDX-License-Identifier: MPL-2.0

// Package syncrule reads the synchronization rules of Microsoft Entra Connect and of
// Microsoft Identity Manager (MIM) in the forms in which these engines export them. It
// says what stands there; what that means for a mapping is decided in package mapping.
package syncrule

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"

	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"
)

// Directories that the engines connect to.
const (
	ActiveDirectory = "active_directory"
	Entra           = "entra"
)

// Rule is one synchronization rule: what flows between the objects of one connector and
// the metaverse, in one direction.
type Rule struct {
	Name     string
	Outbound bool // from the metaverse to the connector
	// Connector is the identifier or the name of the connector, whichever the export has.
	Connector string
	// Directory is ActiveDirectory, Entra, or "" where the export does not say.
	Directory     string
	ConnectedType string // object type at the connector
	MetaverseType string // object type in the metaverse
	Precedence    int    // the lowest number wins
	Disabled      bool
	// Creates says that the rule makes objects: accounts if it is outbound, people if it is not.
	Creates bool
	// Scope lists groups of conditions: all of a group must hold, and one group is enough.
	// They compare what the rule reads. No group: every object.
	Scope [][]Condition
	Joins [][]Join // alternatives of comparisons that must all hold
	Flows []Flow
	// Notes are about the rule itself, for a person.
	Notes []string
	// Unread says in words what the export holds and this package cannot read, such as
	// code; each keeps accounts out or changes them.
	Unread []string
}

// Condition is a clause of a scoping filter. Operators are those of Entra Connect:
// EQUAL, NOTEQUAL, ISNULL and so on.
type Condition struct{ Attribute, Operator, Value string }

// Join compares an attribute of the connector with one of the metaverse.
type Join struct{ Connected, Metaverse string }

// Flow is one attribute flow. Exactly one of Attribute, Constant, Expression and Code is set.
type Flow struct {
	Target     string
	Attribute  string
	Constant   *string
	Expression string // in the language of the engine
	Code       string // what a rules extension is called with
	Initial    bool   // only while the object is created
	Merge      string // Update, Replace, MergeCaseInsensitive, Merge or ""
	Clears     bool   // the target loses its value when the source has none
}

// Read reads the rules of one export: a script of the Synchronization Rules Editor, JSON of
// Get-ADSyncRule, XML of Get-ADSyncServerConfiguration, of Export-FIMConfig or of the
// Synchronization Service Manager of MIM. It takes UTF-8 and UTF-16, and Base64 of either.
func Read(doc string) ([]Rule, error) {
	text, err := Plain(doc)
	if err != nil {
		return nil, err
	}
	var rules []Rule
	switch {
	case len(text) == 0:
		err = errors.New("found an empty text")
	case text[0] == '<':
		rules, err = readXML(text)
	case text[0] == '{' || text[0] == '[':
		rules, err = readJSON(text)
	case bytes.Contains(bytes.ToLower(text), []byte("new-adsyncrule")):
		rules, err = readScript(string(text))
	default:
		err = fmt.Errorf("found a text that begins with %.40q", text)
	}
	if err != nil {
		return nil, fmt.Errorf("no synchronization rules: %w; expected the script that Export in the Synchronization Rules Editor gives, "+
			"JSON of Get-ADSyncRule, or XML of Get-ADSyncServerConfiguration, Export-FIMConfig or MIM's Export Server Configuration", err)
	}
	return rules, nil
}

// Plain takes Base64 and byte order marks away, and turns UTF-16 into UTF-8.
func Plain(doc string) ([]byte, error) {
	data := []byte(strings.TrimSpace(doc))
	if len(data) > 0 && data[0] != '{' && data[0] != '[' {
		if raw, err := base64.StdEncoding.DecodeString(string(data)); err == nil {
			data = raw
		}
	}
	decoder := unicode.BOMOverride(transform.Nop)
	switch {
	case len(data) > 1 && data[0] == 0 && data[1] != 0:
		decoder = unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM).NewDecoder()
	case len(data) > 1 && data[0] != 0 && data[1] == 0:
		decoder = unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM).NewDecoder()
	}
	plain, _, err := transform.Bytes(decoder, data)
	if err != nil {
		return nil, fmt.Errorf("found a text that is neither UTF-8 nor UTF-16: %w", err)
	}
	return bytes.TrimSpace(plain), nil
}

// cloudConnector is the identifier of the connector to Microsoft Entra ID, the same
// in every installation of Entra Connect.
const cloudConnector = "b891884f-051e-4a83-95af-2544101c9083"

// identify fills in which directory the rule is about, where its name or connector tells.
func (r *Rule) identify() {
	name := strings.ToLower(r.Name)
	switch {
	case r.Directory != "":
	case strings.EqualFold(strings.Trim(r.Connector, "{}"), cloudConnector), strings.Contains(name, " aad"),
		strings.Contains(name, "entra id"):
		r.Directory = Entra
	case strings.HasPrefix(name, "out to ad "), strings.HasPrefix(name, "in from ad "):
		r.Directory = ActiveDirectory
	}
}

// flowOf makes a flow of what most exports say: sources, an expression, and which of them counts.
func flowOf(target, kind string, sources []string, expression string) (Flow, error) {
	f := Flow{Target: target}
	source := strings.Join(sources, " ")
	switch {
	case strings.EqualFold(kind, "Expression") || kind == "" && expression != "":
		f.Expression = expression
	case strings.EqualFold(kind, "Direct"):
		f.Attribute = source
	case strings.EqualFold(kind, "Constant"):
		f.Constant = &source
	default:
		return f, fmt.Errorf("found the flow type %q of %s, expected Direct, Constant or Expression%s", kind, target, numbers(kind))
	}
	if f.Expression == "" && f.Constant == nil && f.Attribute == "" {
		return f, fmt.Errorf("found no source of %s", target)
	}
	return f, nil
}

// numbers is the advice about words that an export has written as numbers.
func numbers(word string) string {
	if word == "" || strings.Trim(word, "0123456789") != "" {
		return ""
	}
	return " (Windows PowerShell writes numbers for words into JSON: take the script that Export in the Synchronization Rules Editor " +
		"gives, or the XML files that Get-ADSyncServerConfiguration -Path writes into SynchronizationRules)"
}
