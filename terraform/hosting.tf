# The dashboard's site; `firebase deploy --only hosting` fills it.
resource "google_firebase_project" "main" {
  provider = google-beta
  count    = var.hosting_site == null ? 0 : 1

  project = var.project_id

  depends_on = [google_project_service.api]
}

resource "google_firebase_web_app" "dashboard" {
  provider = google-beta
  count    = var.hosting_site == null ? 0 : 1

  project         = google_firebase_project.main[0].project
  display_name    = "CryptoPrism dashboard"
  deletion_policy = "DELETE"
}

resource "google_firebase_hosting_site" "dashboard" {
  provider = google-beta
  count    = var.hosting_site == null ? 0 : 1

  project = google_firebase_project.main[0].project
  site_id = var.hosting_site
  app_id  = google_firebase_web_app.dashboard[0].app_id
}
