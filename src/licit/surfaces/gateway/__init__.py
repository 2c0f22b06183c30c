"""The gateway: a proxy before a model's API that forwards everything and keeps what its people allow."""
