"""What turns the tree into things that are deployed: manifests read, specifications and bundles made."""
