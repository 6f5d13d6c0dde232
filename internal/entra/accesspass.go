// SPDX-License-Identifier: MPL-2.0

package entra

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"

	"terraform-provider-workforce/internal/audit"
	"terraform-provider-workforce/internal/directory"
	"terraform-provider-workforce/internal/entra/graphconn"
)

// AccessPass is a temporary access pass: a code with which a person signs in
// until they have set up a way of their own.
// https://learn.microsoft.com/graph/api/resources/temporaryaccesspassauthenticationmethod
type AccessPass struct {
	ID string `json:"id"`
	// Pass is the code itself, which Graph shows once.
	Pass       string    `json:"temporaryAccessPass"`
	Start      time.Time `json:"startDateTime"`
	Lifetime   int       `json:"lifetimeInMinutes"` // minutes
	UsableOnce bool      `json:"isUsableOnce"`
}

// AccessPassOptions say what kind of pass to make. The zero value is what the
// tenant's policy says.
type AccessPassOptions struct {
	Lifetime   int       // minutes; 0: by policy
	Start      time.Time // zero: now
	UsableOnce *bool     // nil: by policy
	// Replace removes a pass that the user has already; otherwise that is an error.
	Replace bool
}

// CheckAccessPass says whether CreateAccessPass would refuse the user, and changes nothing. Somebody who is not
// there may be created before the pass is made.
func (t *Tenant) CheckAccessPass(ctx context.Context, ref string) error {
	u, err := t.Locate(ctx, ref)
	var unknown *unknownUserError
	if errors.As(err, &unknown) {
		return nil
	}
	if err != nil {
		return err
	}
	return mayHavePass(u)
}

// mayHavePass refuses protected users: with a pass one signs in as the user.
func mayHavePass(u *directory.Existing) error {
	if u.Protected == "" {
		return nil
	}
	return fmt.Errorf("making a temporary access pass for %s: %w", u.Path, directory.Because(directory.ErrProtected,
		errors.New(u.Protected)))
}

// CreateAccessPass makes a temporary access pass for the user with that object
// id, user principal name or worker id. A user has at most one.
func (t *Tenant) CreateAccessPass(ctx context.Context, ref string, o AccessPassOptions) (*AccessPass, error) {
	u, err := t.Locate(ctx, ref)
	if err == nil {
		err = mayHavePass(u)
	}
	if err != nil {
		return nil, err
	}
	path := passPath(u.ID)
	ctx = audit.With(ctx, audit.Subject{Worker: u.Account.Attributes[t.o.WorkerIDAttribute].Text(), ID: u.ID, Name: u.Account.Attributes[attrDisplayName].Text()})
	if err := t.removePasses(ctx, u.Path, path, o.Replace); err != nil {
		return nil, err
	}
	doc := map[string]any{}
	if o.Lifetime > 0 {
		doc["lifetimeInMinutes"] = o.Lifetime
	}
	if !o.Start.IsZero() {
		doc["startDateTime"] = o.Start.UTC().Format(time.RFC3339)
	}
	if o.UsableOnce != nil {
		doc["isUsableOnce"] = *o.UsableOnce
	}
	answer, err := t.client.Do(ctx, graphconn.Request{Method: http.MethodPost, Path: path, Body: doc})
	if err != nil {
		if graphconn.IsBadRequest(err) {
			err = directory.Because(directory.ErrInvalid, fmt.Errorf("the tenant's policy for temporary access passes does not allow it (lifetime, start or use): %w", err))
		}
		return nil, fmt.Errorf("making a temporary access pass for %s: %w", u.Path, permission(err, passPermission))
	}
	pass := &AccessPass{}
	if err := json.Unmarshal(answer.Body, pass); err != nil || pass.Pass == "" {
		return nil, fmt.Errorf("making a temporary access pass for %s: the answer has none", u.Path)
	}
	return pass, nil
}

const passPermission = "UserAuthenticationMethod.ReadWrite.All"

// removePasses makes room for a new pass.
func (t *Tenant) removePasses(ctx context.Context, who, path string, replace bool) error {
	answer, err := t.client.Do(ctx, graphconn.Request{Method: http.MethodGet, Path: path})
	if err != nil {
		return fmt.Errorf("reading the temporary access pass of %s: %w", who, permission(err, passPermission))
	}
	var have struct {
		Value []struct {
			ID     string `json:"id"`
			Reason string `json:"methodUsabilityReason"`
		} `json:"value"`
	}
	if err := json.Unmarshal(answer.Body, &have); err != nil {
		return fmt.Errorf("reading the temporary access pass of %s: %w", who, err)
	}
	for _, pass := range have.Value {
		if pass.Reason != "Expired" && !replace {
			return fmt.Errorf("%s has a temporary access pass already: set replace_existing = true, or wait until it has expired", who)
		}
		if _, err := t.client.Do(ctx, graphconn.Request{Method: http.MethodDelete, Path: path + "/" + pass.ID}); err != nil && !graphconn.IsNotFound(err) {
			return fmt.Errorf("removing the temporary access pass of %s: %w", who, permission(err, passPermission))
		}
	}
	return nil
}
