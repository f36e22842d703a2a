"""A server that speaks the Hub's API and Ollama's registry on 127.0.0.1, with faults on demand."""
