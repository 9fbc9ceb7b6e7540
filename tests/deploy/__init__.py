"""Tests of what production runs on: variables from files, containers, manifests and the proxy."""
