# A network for one purpose: functions with a database reach it by a private address. The others never enter it,
# because Direct VPC can delay an instance's first connection by a minute.
resource "google_compute_network" "main" {
  project                 = var.project_id
  name                    = "cryptoprism"
  auto_create_subnetworks = false

  depends_on = [google_project_service.api]
}

resource "google_compute_subnetwork" "functions" {
  project                  = var.project_id
  name                     = "cryptoprism-functions"
  region                   = var.region
  network                  = google_compute_network.main.id
  ip_cidr_range            = var.network_cidr
  private_ip_google_access = true
}

# Addresses that Google's own network, where Cloud SQL lives, takes from ours.
resource "google_compute_global_address" "services" {
  project       = var.project_id
  name          = "cryptoprism-services"
  purpose       = "VPC_PEERING"
  address_type  = "INTERNAL"
  prefix_length = 20
  network       = google_compute_network.main.id
}

resource "google_service_networking_connection" "services" {
  network                 = google_compute_network.main.id
  service                 = "servicenetworking.googleapis.com"
  reserved_peering_ranges = [google_compute_global_address.services.name]
  # The API refuses to delete a peering for hours after the last instance went.
  deletion_policy = "ABANDON"
}
