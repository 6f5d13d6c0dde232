// SPDX-License-Identifier: MPL-2.0

package mapping

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"terraform-provider-workforce/internal/mapping/syncrule"
)

// jobNames are the names that provisioning jobs to Microsoft Entra ID use for properties
// that Microsoft Graph calls otherwise, lower-cased.
// https://learn.microsoft.com/graph/api/resources/user#properties
var jobNames = map[string]string{
	"telephonenumber":            "businessPhones",
	"mobile":                     "mobilePhone",
	"facsimiletelephonenumber":   "faxNumber",
	"physicaldeliveryofficename": "officeLocation",
	"employeeorgdata.division":   "employeeOrgData/division",
	"employeeorgdata.costcenter": "employeeOrgData/costCenter",
	"immutableid":                "onPremisesImmutableId",
	"objectid":                   "id",
	"passwordprofile.password":   "passwordProfile",
	"sn":                         "surname",
	"l":                          "city",
	"st":                         "state",
	"title":                      "jobTitle",
	"company":                    "companyName",
}

var (
	exchangeAttribute  = regexp.MustCompile(`(?i)^extensionAttribute([1-9]|1[0-5])$`)
	directoryExtension = regexp.MustCompile(`(?i)^extension_[0-9a-f]{32}_.+$`)
	exchangeSchema     = regexp.MustCompile(`(?i)^(extensionAttribute([1-9]|1[0-5])|extensionData|targetAddress|msExch.+|msRTC.+)$`)
)

// translate gives the name that rules use for a target attribute of the job, and lets
// those in that the standard schema lacks.
func (i *importer) translate(name string) string {
	lower := strings.ToLower(name)
	if i.rules.Target == syncrule.ActiveDirectory {
		if exchangeSchema.MatchString(name) {
			i.extra(name)
		}
		return name
	}
	renamed := jobNames[lower]
	switch {
	case renamed != "":
	case exchangeAttribute.MatchString(name):
		renamed = "onPremisesExtensionAttributes/extensionAttribute" + name[len("extensionAttribute"):]
	case directoryExtension.MatchString(name):
		i.extra(name)
		return name
	default:
		return name
	}
	if note := fmt.Sprintf("%s became %s, as Microsoft Graph calls it.", name, renamed); !slices.Contains(i.notes, note) {
		i.notes = append(i.notes, note)
	}
	return renamed
}

// extra lets an attribute in that comes with an extension of the directory's schema.
func (i *importer) extra(name string) {
	if slices.ContainsFunc(i.rules.ExtraAttributes, func(have string) bool { return strings.EqualFold(have, name) }) {
		return
	}
	i.rules.ExtraAttributes = append(i.rules.ExtraAttributes, name)
	i.notef("%s went into extra_attributes: it exists where the schema was extended, which the accounts data source checks.", name)
}

// attribute carries one attribute mapping over.
func (i *importer) attribute(a attributeMapping) {
	source := a.Source.text()
	if i.special(a, source) {
		return
	}
	a.Target = i.translate(a.Target)
	if a.Priority > 0 {
		i.priorities[a.Priority] = append(i.priorities[a.Priority], MatchCondition{Source: source, Target: a.Target})
	}
	if instead := whyRefused(i.format, a.Target); instead != "" {
		i.notef("%s (%s) was left out: %s.", a.Target, source, instead)
		return
	}
	rule := AttributeRule{}
	if a.Source != nil {
		switch a.Source.Type {
		case "Attribute":
			rule.Source = attributeName(source)
		case "Constant":
			rule.Constant = &source
		case "Function", "":
			rule.Expression = source
		default:
			rule.Expression = question(fmt.Sprintf("the source of %s is a %s (%s), which no rule can be; write what it is to become",
				a.Target, a.Source.Type, source))
		}
	}
	if a.Default != nil && *a.Default != "" && *a.Default != "null" {
		rule.Default = (*string)(a.Default)
	}
	i.apply(a, &rule)
	if rule.Source == "" && rule.Constant == nil && rule.Expression == "" && rule.Default == nil {
		i.notef("%s has neither source nor default value and was left out: an attribute without a rule is not managed.", a.Target)
		return
	}
	i.remark(a, source, &rule)
	if before, twice := i.rules.Attributes[a.Target]; twice {
		i.notef("%s has two mappings in the job.", a.Target)
		rule = before
		rule.Source, rule.Constant = "", nil
		rule.Expression = question(fmt.Sprintf("the job has two mappings to %s, of which one is %s; keep one", a.Target, source))
	}
	i.rules.Attributes[a.Target] = rule
}

// special handles the pseudo-attributes that other parts of the rules decide.
func (i *importer) special(a attributeMapping, source string) bool {
	switch strings.ToLower(a.Target) {
	case "parentdistinguishedname":
		i.container(a, source)
	case "accountdisabled", "accountenabled":
		i.enabled(a, source)
	case "objectfilter":
		i.objectFilter(a, source)
	case "issoftdeleted":
		i.notef("IsSoftDeleted (%s) was left out: %s.", source, pseudo["issoftdeleted"])
	default:
		return false
	}
	return true
}

func (i *importer) container(a attributeMapping, source string) {
	i.rules.Container = source
	if a.Source != nil && a.Source.Type == "Constant" {
		i.rules.Container = expressionText(source)
	}
	switch a.FlowType {
	case "", "Always":
	case "ObjectAddOnly":
		i.rules.ContainerApply = ApplyOnCreate
	default:
		i.rules.ContainerApply = string(a.FlowType)
		i.notef("The flow type %q of parentDistinguishedName is unknown here: write container_apply.", a.FlowType)
	}
	if a.Default != nil && *a.Default != "" && *a.Default != "null" {
		i.notef("The default value %q of parentDistinguishedName was left out: give the container expression a default, as Switch has.",
			*a.Default)
	}
	i.notef("parentDistinguishedName became container.")
}

// apply translates when an attribute flows.
func (i *importer) apply(a attributeMapping, rule *AttributeRule) {
	naming := false
	for name := range i.format.Naming {
		naming = naming || strings.EqualFold(name, a.Target)
	}
	switch a.FlowType {
	case "ObjectAddOnly":
		rule.Apply = ApplyOnCreate
	case "AttributeAddOnly":
		rule.Apply = ApplyIfEmpty
	case "ValueAddOnly", "MultiValueAddOnly":
		rule.Apply = ApplyAddValues
	case "", "Always", "null":
		if naming {
			rule.Apply = ApplyAlways
		}
	default:
		rule.Apply = string(a.FlowType) // Compile refuses it, and says which there are
		i.notef("The flow type %q of %s is unknown here: write apply.", a.FlowType, a.Target)
	}
	if strings.HasPrefix(strings.TrimSpace(rule.Expression), "SelectUniqueValue") && !naming {
		rule.Unique = true
	}
}

// remark says what works differently for a rule that was carried over.
func (i *importer) remark(a attributeMapping, source string, rule *AttributeRule) {
	if strings.EqualFold(a.Target, "manager") {
		i.notef("manager (%s) must be the worker id of the manager. Where it holds anything else, read [manager_id] instead.", source)
	}
	if strings.Contains(source, "[IsSoftDeleted]") {
		i.notef("%s reads [IsSoftDeleted], which Microsoft's engine makes and no HR system has: name it in optional_attributes, and it is "+
			"always null here. Use worker_lifecycle.leaver_attributes for leavers.", a.Target)
	}
	if rule.Source != "" && i.nulls[rule.Source] && (rule.Apply == "" || rule.Apply == ApplyAlways) {
		rule.WhenNull = NullClear
		i.notef("%s is cleared when %s is null, since null values of that source attribute flow.", a.Target, rule.Source)
	}
}
