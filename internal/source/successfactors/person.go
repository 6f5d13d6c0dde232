// SPDX-License-Identifier: MPL-2.0

package successfactors

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"terraform-provider-workforce/internal/expression"
	"terraform-provider-workforce/internal/source"
	"terraform-provider-workforce/internal/status"
	"terraform-provider-workforce/internal/wording"
	"terraform-provider-workforce/internal/worker"
)

// person is what is kept of one person.
type person struct {
	id, position  string
	values        []expression.Value // in the order of plan.names
	hire          worker.Date
	users         []string // user ids of all employments
	managerUser   string   // user id
	managerPerson string   // person id
	ownManager    bool     // the attribute managerId is configured
	problems      []source.Problem
	doubts        []source.Doubt // what of the dates cannot be read
	codes         []code
}

// code is a reference to an entity, such as the department D1, and whether the entity came.
type code struct {
	column string
	found  bool
}

// employment is one employment of a person with the job that counts.
type employment struct {
	node, job  object
	start, end worker.Date
	status     string // external code of the picklist employee-status
	doubts     []source.Doubt
}

// era takes an error for the trouble of one person, if it is: the date is then none.
func era(doubts *[]source.Doubt, key, where string, err error) error {
	if e, ok := errors.AsType[*eraError](err); ok {
		*doubts = append(*doubts, source.Doubt{Key: key, Text: where + e.Error()})
		return nil
	}
	return err
}

// rank orders employments, the one that counts first: those that go on before
// those that begin within the horizon, those that are over and those that begin
// later; standard assignments before global ones and others; active before
// others; the newest; the lower user id.
func (r *reader) rank(a, b *employment, asOf worker.Date) int {
	phase := func(e *employment) int {
		switch {
		case e.start > asOf && e.start > r.horizon:
			return 3
		case over(e.status) || e.end != "" && e.end < asOf:
			return 2
		case e.start > asOf:
			return 1
		}
		return 0
	}
	class := func(e *employment) int {
		switch text(e.node, "assignmentClass") {
		case "", "ST":
			return 0
		case "GA":
			return 1
		}
		return 2
	}
	active := func(e *employment) int {
		if goesOn(e.status) {
			return 0
		}
		return 1
	}
	return cmp.Or(cmp.Compare(phase(a), phase(b)), cmp.Compare(class(a), class(b)), cmp.Compare(active(a), active(b)),
		cmp.Compare(b.start, a.start), cmp.Compare(text(a.node, "userId"), text(b.node, "userId")))
}

// rawID is the person id as it is written.
func rawID(o object) string {
	if v, ok := o["personIdExternal"]; ok && v != nil {
		return plain(v)
	}
	return ""
}

// person reads a person as of a date, or returns nil for one without employment.
func (r *reader) person(o object, position string, asOf worker.Date) (*person, error) {
	p := &person{id: rawID(o), position: position, values: make([]expression.Value, len(r.plan.names))}
	if p.id == "" {
		return nil, fmt.Errorf("%s: found no personIdExternal, expected one in each person", position)
	}
	if isDeferred(o["employmentNav"]) {
		return nil, fmt.Errorf("%s, person %s: %w", position, source.Quote(p.id), &deferredError{"employmentNav"})
	}
	list, err := r.employments(o, asOf)
	if err != nil {
		return nil, fmt.Errorf("%s, person %s: %w", position, source.Quote(p.id), err)
	}
	if len(list) == 0 {
		return nil, nil
	}
	for _, e := range list {
		p.doubts = append(p.doubts, e.doubts...)
		if user := text(e.node, "userId"); user != "" {
			p.users = append(p.users, user)
		}
	}
	slices.SortStableFunc(list, func(a, b *employment) int { return r.rank(a, b, asOf) })
	primary := list[0]
	p.hire = primary.start
	r.canonical(p, o, primary)
	scopes := r.scopes(o, primary, asOf)
	for i, one := range r.plan.columns {
		p.values[len(r.plan.canonical)+i] = r.attribute(p, one, o, scopes)
	}
	return p, nil
}

// employments reads the employments of a person, and whose users they are.
func (r *reader) employments(o object, asOf worker.Date) ([]*employment, error) {
	var list []*employment
	if isPart(o["employmentNav"]) {
		return nil, partError("employmentNav")
	}
	for _, node := range rows(o["employmentNav"]) {
		e := &employment{node: node}
		var starts, ends error
		e.start, starts = date(node, "startDate")
		e.end, ends = date(node, "endDate")
		starts, ends = era(&e.doubts, "hire_date", "employmentNav/", starts), era(&e.doubts, "termination_date", "employmentNav/", ends)
		if err := errors.Join(starts, ends); err != nil {
			return nil, fmt.Errorf("employmentNav/%w", err)
		}
		if isDeferred(node["jobInfoNav"]) {
			return nil, &deferredError{"employmentNav/jobInfoNav"}
		}
		if isPart(node["jobInfoNav"]) {
			return nil, partError("employmentNav/jobInfoNav")
		}
		at := asOf
		if e.start > asOf {
			at = e.start
		}
		job, err := effective(rows(node["jobInfoNav"]), at)
		if err = era(&e.doubts, "status", "employmentNav/jobInfoNav/", err); err != nil {
			return nil, fmt.Errorf("employmentNav/jobInfoNav/%w", err)
		}
		if job != nil {
			if isDeferred(job["emplStatusNav"]) {
				return nil, &deferredError{"employmentNav/jobInfoNav/emplStatusNav"}
			}
			e.job, e.status = job, text(job, "emplStatusNav", "externalCode")
			if raw := text(job, "emplStatus"); e.status == "" && raw != "" {
				return nil, fmt.Errorf("employmentNav/jobInfoNav/emplStatus: found the option %s and no external code for it, expected one (emplStatusNav): the API user may not read the picklist employee-status", source.Quote(raw))
			}
		}
		list = append(list, e)
	}
	return list, nil
}

// effective returns the row in force on a date: of several, the one that begins
// last, and of those the one with the highest sequence number, which replaces the
// others of the same day. Without one, it is the last before, or nil.
func effective(list []object, at worker.Date) (object, error) {
	var best object
	var bestKey [2]worker.Date
	bestSequence := int64(-1)
	for _, row := range list {
		start, err := date(row, "startDate")
		if err != nil {
			return nil, err
		}
		end, err := date(row, "endDate")
		if err != nil {
			return nil, err
		}
		if start > at {
			continue
		}
		sequence, err := strconv.ParseInt(cmp.Or(text(row, "seqNumber"), "0"), 10, 64)
		if err != nil {
			return nil, fmt.Errorf("seqNumber: found %q, expected a number", text(row, "seqNumber"))
		}
		key := [2]worker.Date{"1", start}
		if end != "" && end < at {
			key[0] = "0"
		}
		if c := slices.Compare(key[:], bestKey[:]); c > 0 || c == 0 && sequence > bestSequence {
			best, bestKey, bestSequence = row, key, sequence
		}
	}
	return best, nil
}

// preferred returns the row marked as primary, or the first.
func preferred(list []object) object {
	for _, row := range list {
		if isTrue(row, "isPrimary") {
			return row
		}
	}
	if len(list) > 0 {
		return list[0]
	}
	return nil
}

// scopes returns the entity of each scope.
func (r *reader) scopes(o object, e *employment, asOf worker.Date) map[scope]any {
	list := func(name scope) any {
		if v := o[string(name)]; isDeferred(v) {
			return v
		}
		return preferred(rows(o[string(name)]))
	}
	at := max(asOf, e.start)
	personal := list(scopePersonal)
	if found, err := effective(rows(o[string(scopePersonal)]), at); err == nil && found != nil {
		personal = found
	}
	var job, user any
	if e.job != nil {
		job = e.job
	}
	user = e.node["userNav"]
	return map[scope]any{
		scopePerson: o, scopePersonal: personal, scopePhone: list(scopePhone), scopeEmail: list(scopeEmail), scopeTermination: o[string(scopeTermination)],
		scopeEmployment: e.node, scopeUser: user, scopeJob: job,
	}
}

// attribute returns the value of an attribute.
func (r *reader) attribute(p *person, one column, o object, scopes map[scope]any) expression.Value {
	fail := func(err error) {
		p.problems = append(p.problems, source.Problem{Position: p.position, Column: one.name, WorkerID: p.id, Text: err.Error()})
	}
	if one.own != nil {
		p.ownManager = p.ownManager || one.name == managerAttribute
		found, err := one.own.find(o)
		if err != nil {
			fail(err)
		}
		return r.config.values(found)
	}
	root := scopes[one.scope]
	for _, path := range one.paths {
		v, err := follow(root, path)
		if err != nil {
			if deferred, ok := errors.AsType[*deferredError](err); ok {
				deferred.path = strings.Trim(string(one.scope)+"/"+deferred.path, "/")
			}
			fail(err)
			return expression.Null
		}
		if v != nil {
			r.noteCode(p, one, root, path, true)
			return expression.String(r.config.present(v))
		}
	}
	r.noteCode(p, one, root, one.paths[0], false)
	return expression.Null
}

// noteCode remembers whether a code led to its entity.
func (r *reader) noteCode(p *person, one column, root any, path []string, found bool) {
	field, isNav := strings.CutSuffix(path[0], "Nav")
	if !isNav || len(path) != 2 {
		return
	}
	if o, ok := root.(object); ok && text(o, field) != "" {
		p.codes = append(p.codes, code{one.name, found})
	}
}

// values returns the values that a configured path found.
func (c *Config) values(found []any) expression.Value {
	var texts []string
	for _, v := range found {
		if t := c.present(v); t != "" {
			texts = append(texts, t)
		}
	}
	switch len(texts) {
	case 0:
		return expression.Null
	case 1:
		return expression.String(texts[0])
	}
	return expression.List(texts...)
}

// canonical fills the keys that every worker has, as far as fields does not.
func (r *reader) canonical(p *person, o object, e *employment) {
	for i, key := range r.plan.canonical {
		value := ""
		var err error
		switch key {
		case "worker_id":
			value = p.id
		case "status":
			value = e.status
		case "worker_type":
			value = "Employee"
			if isTrue(e.node, "isContingentWorker") {
				value = "Contingent Worker"
			}
		case "hire_date":
			value = string(e.start)
		case "termination_date":
			value, err = termination(o, e)
		case "last_day_of_work":
			var last worker.Date
			last, err = date(e.node, "lastDateWorked")
			value = string(last)
		case "on_leave":
			if e.status != "" {
				value = strconv.FormatBool(class(e.status) == status.OnLeave)
			}
		case "time_zone":
			value = cmp.Or(text(e.job, "timezone"), text(e.node, "userNav", "timeZone"))
		}
		if err = era(&p.doubts, key, "", err); err != nil {
			p.problems = append(p.problems, source.Problem{Position: p.position, Column: key, WorkerID: p.id, Text: err.Error()})
		}
		p.values[i] = expression.String(value)
	}
	p.managerUser = text(e.job, "managerId")
	p.managerPerson = text(e.node, "userNav", "manager", "empInfo", "personIdExternal")
	switch user := text(e.node, "userNav", "manager", "userId"); p.managerUser {
	case noManager:
		p.managerUser, p.managerPerson = "", ""
	case "", user:
	default: // the user still has the manager before
		p.managerPerson = ""
	}
}

// noManager stands for the head of the company.
const noManager = "NO_MANAGER"

// termination returns the last day of the employment. Where the employment does
// not tell, and nobody is employed any more, it is the latest of the person.
func termination(o object, e *employment) (string, error) {
	info, ok := o[string(scopeTermination)].(object)
	if e.end != "" || !ok || !over(e.status) {
		return string(e.end), nil
	}
	latest, err := date(info, "latestTerminationDate")
	return string(latest), err
}

// checkCodes reports references that lead nowhere. If none does, the API user
// may not read that entity: every department would be cleared.
func (r *reader) checkCodes(b *source.Builder) {
	missing, found := map[string]int{}, map[string]int{}
	for _, p := range r.people {
		for _, c := range p.codes {
			if c.found {
				found[c.column]++
			} else {
				missing[c.column]++
			}
		}
	}
	for _, one := range r.plan.columns {
		n := missing[one.name]
		switch {
		case n == 0:
		case found[one.name] == 0:
			b.Report(source.Problem{Column: one.name, Text: fmt.Sprintf("found a code in %d persons and %s in none, expected one for each: the API user may not read that entity; grant the permission, or take the attribute out", n, strings.Join(one.paths[0], "/"))})
		default:
			b.Warn("%s a code whose %s is missing (attribute %s)", wording.Count(n, "person has", "persons have"), strings.Join(one.paths[0], "/"), one.name)
		}
	}
}
