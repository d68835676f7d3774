output "name" {
  description = "Name of the function and of its Cloud Run service."
  value       = google_cloudfunctions2_function.this.name
}

output "id" {
  description = "Full id of the function."
  value       = google_cloudfunctions2_function.this.id
}
