// SPDX-License-Identifier: MPL-2.0

package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"terraform-provider-workforce/internal/sandbox/company"
	"terraform-provider-workforce/internal/sandbox/graph"
)

// The files of a tenant in its directory.
const (
	envFile = "env"
	caFile  = "ca.pem"
)

func runGraph(ctx context.Context, args []string, stdout, stderr io.Writer) (err error) {
	flags := flag.NewFlagSet("graph", flag.ContinueOnError)
	dir := flags.String("dir", "", "`directory` of the tenant: absent, empty, or of an earlier run")
	users := flags.Int("users", 0, "number of workers of the company who have a user already")
	var o graph.Options
	flags.BoolVar(&o.Throttle, "throttle", false, "enforce the limits of Microsoft Graph")
	size := flags.String("size", string(graph.Large), "size of the tenant, on which the limits depend: S, M or L")
	flags.DurationVar(&o.Latency, "latency", 0, "`time` that every answer takes")
	flags.DurationVar(&o.VisibleAfter, "visible-after", 0, "`time` after which a created object can be found")
	if err := parse(flags, args, stderr); err != nil {
		return err
	}
	o.Size = graph.Size(*size)
	switch {
	case *dir == "":
		return errors.New("graph needs -dir DIR")
	case o.Size != graph.Small && o.Size != graph.Medium && o.Size != graph.Large:
		return fmt.Errorf("-size %q is none of S, M and L", *size)
	case *users < 0:
		return fmt.Errorf("-users %d: there are no fewer than none", *users)
	}
	if err := claim(*dir); err != nil {
		return err
	}
	server, err := graph.Start(o)
	if err != nil {
		return err
	}
	defer server.Close()
	populate(server, *users)
	env, ca := filepath.Join(*dir, envFile), filepath.Join(*dir, caFile)
	defer func() {
		err = errors.Join(err, removeIfThere(env), removeIfThere(ca))
	}()
	if err := os.WriteFile(ca, server.CAPEM(), 0o600); err != nil {
		return err
	}
	if err := writeVariables(env, tenantVariables(server, ca)); err != nil {
		return err
	}
	fmt.Fprintf(stdout, "the tenant %s is ready at %s; its variables: . %s\n", server.TenantID(), server.URL(), env)
	<-ctx.Done()
	return nil
}

// claim makes the directory of a tenant, or takes over that of an earlier run.
func claim(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if e.Name() != envFile && e.Name() != caFile {
			return fmt.Errorf("%s is not empty and not of an earlier run: it has %s; name another directory", dir, e.Name())
		}
	}
	return removeIfThere(filepath.Join(dir, envFile))
}

// populate gives the first workers of the company a user as an administrator
// would have made it.
func populate(server *graph.Server, n int) {
	for _, w := range company.New(1, n).Workers {
		props := map[string]any{
			"userPrincipalName": "w" + w.ID + "@" + graph.DefaultDomain, "mailNickname": "w" + w.ID, "displayName": w.FirstName + " " + w.LastName, "givenName": w.FirstName, "surname": w.LastName,
			"employeeId": w.ID, "accountEnabled": w.Status == "Active", "employeeHireDate": w.HireDate + "T00:00:00Z",
		}
		for name, value := range map[string]string{"jobTitle": w.JobTitle, "department": w.Department, "companyName": w.Company, "city": w.City, "usageLocation": w.CountryCode} {
			if value != "" {
				props[name] = value
			}
		}
		server.AddUser(props)
	}
}

// tenantVariables are those of the provider and of other clients of Microsoft Entra ID.
func tenantVariables(s *graph.Server, ca string) [][2]string {
	if abs, err := filepath.Abs(ca); err == nil {
		ca = abs
	}
	return [][2]string{
		{"WORKFORCE_ENTRA_TENANT_ID", s.TenantID()},
		{"WORKFORCE_ENTRA_CLIENT_ID", s.ClientID()},
		{"WORKFORCE_ENTRA_CLIENT_SECRET", s.ClientSecret()},
		{"WORKFORCE_ENTRA_GRAPH_ENDPOINT", s.URL()},
		{"WORKFORCE_ENTRA_AUTHORITY_HOST", s.URL()},
		{"WORKFORCE_ENTRA_CA_CERTIFICATE_FILE", ca},
		{"ARM_TENANT_ID", s.TenantID()},
		{"ARM_CLIENT_ID", s.ClientID()},
		{"ARM_CLIENT_SECRET", s.ClientSecret()},
	}
}
