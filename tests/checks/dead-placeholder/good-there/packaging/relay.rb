class Relay < Formula
  version "@VERSION@"
end
