# frozen_string_literal: true

# gem build llmbridge.gemspec, in this folder. The gem is llmbridge.rb alone: LLMBRIDGE_LIBRARY names the native library,
# else the loader finds it.
Gem::Specification.new do |spec|
  spec.name = "llmbridge"
  spec.version = "0.1.0"
  spec.summary = "Runs an LLM engine outside your process"
  spec.authors = ["The llmbridge contributors"]
  spec.license = "MIT"
  spec.files = ["llmbridge.rb"]
  spec.require_paths = ["."]
  spec.required_ruby_version = ">= 2.7"
  spec.metadata = { "rubygems_mfa_required" => "true" }
end
