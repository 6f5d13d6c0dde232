// SPDX-License-Identifier: MPL-2.0

// Package workday writes the primary work mail address, work phones and the user
// name of workers to Workday, by the operations Change_Work_Contact_Information
// and Update_Workday_Account of the web service Human_Resources. Workers are read
// by Get_Workers before and after each write: an entry that is there is changed in
// place, by its reference, and all others stay as they are.
package workday

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/mail"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/biter777/countries"
	"github.com/nyaruka/phonenumbers"

	source "terraform-provider-workforce/internal/source/workday"

	"terraform-provider-workforce/internal/source/web"
	"terraform-provider-workforce/internal/worker"
	"terraform-provider-workforce/internal/writeback"
)

// Config says where the tenant is and what attributes are in it.
type Config struct {
	// Tenant says where it is and how to sign in, as for reading. Its AsOf is the
	// date of changes; today in TimeZone if empty.
	Tenant source.Config
	// TimeZone is that of today, as "Europe/Berlin"; UTC if empty.
	TimeZone string
	// Email and Username are the attributes with the primary work mail address and
	// the user name of the Workday account. Empty: never written.
	Email, Username string
	// Phones has the device type of each attribute with a work phone: the
	// Phone_Device_Type_ID, such as Landline, Mobile or Fax.
	Phones map[string]string
	// Private says that entries which are new are not public. Others stay as they are.
	Private bool
	// Concurrency is how many workers are written at once; DefaultConcurrency if 0.
	Concurrency int
	// Now is the clock; time.Now if nil.
	Now func() time.Time
}

const (
	// DefaultConcurrency is small: each write is a business process in the tenant.
	DefaultConcurrency = 2
	// MaxConcurrency is what the tenant should have to bear.
	MaxConcurrency = 8
)

// Tenant is a Workday tenant. It is safe for concurrent use.
type Tenant struct {
	config  Config
	service *source.Service
	today   worker.Date
}

var (
	_ writeback.System  = (*Tenant)(nil)
	_ writeback.Checker = (*Tenant)(nil)
)

// Validate reports everything that is wrong with c at once, but for Tenant. It contacts nothing.
func (c Config) Validate() error {
	var errs []error
	names, devices := map[string]bool{}, map[string]string{}
	use := func(what, name string) {
		if names[name] {
			errs = append(errs, fmt.Errorf("%s: found the attribute %q in another place as well, expected it in one", what, name))
		}
		names[name] = true
	}
	for _, name := range slices.Sorted(maps.Keys(c.Phones)) {
		use("phones", name)
		device := c.Phones[name]
		if device == "" || strings.ContainsAny(device, "<>&\" ") {
			errs = append(errs, fmt.Errorf("phones: found the device type %q of %q, expected a Phone_Device_Type_ID, such as Landline or Mobile", device, name))
		}
		if other := devices[device]; other != "" {
			errs = append(errs, fmt.Errorf("phones: found the device type %s for %q and %q, expected one attribute for each", device, other, name))
		}
		devices[device] = name
	}
	if c.Email != "" {
		use("email", c.Email)
	}
	if c.Username != "" {
		use("user_name", c.Username)
	}
	if len(names) == 0 {
		errs = append(errs, errors.New("found no email, user_name or phones, expected the attributes that are written"))
	}
	if c.Concurrency < 0 || c.Concurrency > MaxConcurrency {
		errs = append(errs, fmt.Errorf("concurrency: found %d, expected 1 to %d", c.Concurrency, MaxConcurrency))
	}
	if _, err := c.date(); err != nil {
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

func (c Config) date() (worker.Date, error) {
	if c.Tenant.AsOf != "" {
		return c.Tenant.AsOf, nil
	}
	now, zone := time.Now, time.UTC
	if c.Now != nil {
		now = c.Now
	}
	if c.TimeZone != "" {
		var err error
		if zone, err = worker.Location(c.TimeZone); err != nil {
			return "", fmt.Errorf("time_zone: %w", err)
		}
	}
	return worker.Date(now().In(zone).Format(time.DateOnly)), nil
}

// Open checks the configuration. Nothing connects yet.
func Open(c Config) (*Tenant, error) {
	if err := c.Validate(); err != nil {
		return nil, err
	}
	service, err := source.Connect(c.Tenant)
	if err != nil {
		return nil, err
	}
	if c.Concurrency == 0 {
		c.Concurrency = DefaultConcurrency
	}
	today, err := c.date()
	if err != nil {
		return nil, err
	}
	return &Tenant{c, service, today}, nil
}

// Concurrency implements writeback.Writer.
func (t *Tenant) Concurrency() int { return t.config.Concurrency }

// phoneText is E.164 with an extension behind it: what Workday keeps in parts is
// written in one way, so that it can be compared.
var phoneText = regexp.MustCompile(`^(\+[1-9][0-9]{6,14})(?: x([0-9]{1,10}))?$`)

// Check implements writeback.Checker.
func (t *Tenant) Check(want writeback.Record) error {
	var errs []error
	for _, name := range slices.Sorted(maps.Keys(want)) {
		value := want[name]
		switch {
		case name == t.config.Username && (value == "" || strings.ContainsAny(value, " \t")):
			errs = append(errs, fmt.Errorf("%s: found %s, expected a user name without blanks: it cannot be cleared", name, writeback.Quote(value)))
		case value == "":
		case name == t.config.Email:
			if a, err := mail.ParseAddress(value); err != nil || a.Address != value {
				errs = append(errs, fmt.Errorf("%s: found %q, expected a mail address such as ada@example.com", name, value))
			}
		case t.config.Phones[name] != "":
			if _, err := parseNumber(value); err != nil {
				errs = append(errs, fmt.Errorf("%s: %w", name, err))
			}
		}
	}
	return errors.Join(errs...)
}

// number is a phone number in the parts that Workday has.
type number struct{ country, code, national, extension string }

func parseNumber(value string) (number, error) {
	wrong := fmt.Errorf("found %q, expected a phone number of a country as in E.164, such as +12065550188, or +12065550188 x42 with an extension", value)
	m := phoneText.FindStringSubmatch(value)
	if m == nil {
		return number{}, wrong
	}
	p, err := phonenumbers.Parse(m[1], "")
	if err != nil {
		return number{}, wrong
	}
	n := number{code: fmt.Sprint(p.GetCountryCode()), national: phonenumbers.GetNationalSignificantNumber(p), extension: m[2]}
	region := phonenumbers.GetRegionCodeForNumber(p)
	if region == "" {
		region = phonenumbers.GetRegionCodeForCountryCode(int(p.GetCountryCode()))
	}
	country := countries.ByName(region)
	if country == countries.Unknown {
		return number{}, wrong
	}
	n.country = country.Alpha3()
	return n, nil
}

// Read implements writeback.Reader: a request for each 100 workers, and one for
// each hire date of those who start later.
func (t *Tenant) Read(ctx context.Context, workers, attributes []string) (map[string]writeback.Record, error) {
	for _, name := range attributes {
		if !t.knows(name) {
			return nil, fmt.Errorf("email, user_name, phones: found no place of the attribute %q, expected one", name)
		}
	}
	out := make(map[string]writeback.Record, len(workers))
	for part := range slices.Chunk(workers, chunk) {
		people, err := t.people(ctx, part)
		if err != nil {
			return nil, err
		}
		for id, p := range people {
			out[id] = t.record(p, attributes)
		}
	}
	return out, nil
}

func (t *Tenant) knows(name string) bool {
	return name != "" && (name == t.config.Email || name == t.config.Username || t.config.Phones[name] != "")
}

func (t *Tenant) record(p *person, attributes []string) writeback.Record {
	r := make(writeback.Record, len(attributes))
	for _, name := range attributes {
		switch name {
		case t.config.Email:
			if e := p.email(); e != nil {
				r[name] = e.value
				continue
			}
			r[name] = ""
		case t.config.Username:
			r[name] = p.account
		default:
			r[name] = ""
			if e := p.phone(t.config.Phones[name]); e != nil {
				r[name] = e.value
			}
		}
	}
	return r
}

// Write implements writeback.Writer. What creates an entry is sent once, since to
// send it again could create another one; where its answer is lost, reading tells
// how it ended.
func (t *Tenant) Write(ctx context.Context, id string, _, want writeback.Record) (writeback.Record, error) {
	if err := t.Check(want); err != nil {
		return nil, err
	}
	p, err := t.person(ctx, id)
	if err != nil {
		return nil, err
	}
	names := slices.Sorted(maps.Keys(want))
	now := t.record(p, names)
	changes := writeback.Record{}
	for _, name := range names {
		if now[name] != want[name] {
			changes[name] = want[name]
		}
	}
	failed := t.send(ctx, p, changes)
	if p, err = t.person(ctx, id); err != nil {
		return nil, errors.Join(failed, fmt.Errorf("reading back: %w", err))
	}
	now = t.record(p, names)
	if maps.Equal(now, want) {
		return now, nil // whatever became of the answer
	}
	return now, failed
}

func (t *Tenant) person(ctx context.Context, id string) (*person, error) {
	people, err := t.people(ctx, []string{id})
	if err != nil {
		return nil, err
	}
	if people[id] == nil {
		return nil, errors.New("found no worker with this Employee_ID or Contingent_Worker_ID, expected one")
	}
	return people[id], nil
}

// send writes contacts first: they are what most tenants permit.
func (t *Tenant) send(ctx context.Context, p *person, want writeback.Record) error {
	contacts, safe, err := t.contacts(p, want)
	if err != nil {
		return err
	}
	if contacts != nil {
		err = t.call(ctx, "Change_Work_Contact_Information_Request", contacts, safe)
	}
	name, given := want[t.config.Username]
	if _, gone := errors.AsType[*writeback.UnavailableError](err); !given || t.config.Username == "" || gone {
		return err
	}
	return errors.Join(err, t.call(ctx, "Workday_Account_for_Worker_Update", accountUpdate(p, name), true))
}

// unavailable marks what every other worker would meet too: no server, no
// credentials, no right to the operation.
func unavailable(err error) error {
	if web.Unusable(err) {
		return &writeback.UnavailableError{Err: err}
	}
	if f, ok := errors.AsType[*source.Fault](err); ok && (strings.Contains(f.Code, "authentication") || strings.Contains(f.Text, "not authorized")) {
		return &writeback.UnavailableError{Err: err}
	}
	return err
}
