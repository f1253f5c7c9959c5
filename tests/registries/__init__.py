"""How each platform's registry answers, against the stand-in on loopback: the shipped rules and the protocols read it."""
