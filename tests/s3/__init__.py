"""Pictures in a bucket: everything that a media folder does, over a real S3 protocol."""
