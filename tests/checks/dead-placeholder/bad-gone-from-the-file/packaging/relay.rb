class Relay < Formula
  version "1.0.0"
end
