// SPDX-License-Identifier: MPL-2.0

// Command terraform-provider-workforce is a Terraform provider that makes HR
// systems the source of digital identities.
package main

import (
	"flag"
	"log"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6/tf6server"

	"terraform-provider-workforce/internal/provider"
)

// version is set at release by the linker.
var version = "dev"

func main() {
	debug := flag.Bool("debug", false, "start for a debugger such as delve")
	flag.Parse()

	var opts []tf6server.ServeOpt
	if *debug { // Terraform's settings are those of another process: everything is logged
		opts = append(opts, tf6server.WithManagedDebug())
	} else if err := provider.SilenceFramework(); err != nil {
		log.Fatal(err)
	}
	if err := tf6server.Serve(provider.Address, provider.NewServer(version), opts...); err != nil {
		log.Fatal(err)
	}
}
