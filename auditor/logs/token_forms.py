"""Forms by which credentials are known wherever they stand, and words without which no credential is looked for.

The forms are documented by their issuers, for example
https://docs.github.com/en/authentication/keeping-your-account-and-data-secure/about-authentication-to-github#githubs-token-formats,
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html and https://api.slack.com/concepts/token-types;
the public rule lists of gitleaks and detect-secrets name the same ones. Every repetition is bounded, so that a line costs time in
proportion to its length.
"""

from __future__ import annotations

import re

TOKENS = re.compile(
    r"""
      gh[pousr]_(?=[a-z_.-]{0,40}[A-Z0-9])[A-Za-z0-9._-]{19,2000}[A-Za-z0-9] | github_pat_[A-Za-z0-9_]{20,255}
    | npm_[A-Za-z0-9]{30,80}
    | pypi-[A-Za-z0-9_-]{32,512}
    | cio[A-Za-z0-9]{32,64} | crates_io_[A-Za-z0-9]{20,80}
    | dckr_(?:pat|oat)_[A-Za-z0-9_-]{20,80}
    | rubygems_[a-f0-9]{40,64} | (?:(?<![A-Za-z0-9+/])|(?<=\\[nrt]))oy2[a-z0-9]{43}
    | ovsxat_[A-Za-z0-9-]{20,80} | CLOJARS_[a-z0-9]{40,80}
    | packagist_(?:[a-z]{2,4}_)?[a-f0-9]{40,100} | ddp_[A-Za-z0-9]{36,60}
    | perm[:-][A-Za-z0-9+/=]{8,200}(?:\.[A-Za-z0-9+/=_-]{8,200}){2}
    # Macaroons, as snapcraft writes them: wrapped in JSON and Base64, or each by itself.
    | eyJ0IjogInUxLW1hY2Fyb29u[A-Za-z0-9+/=_-]{20,20000} | eyJ0IjoidTEtbWFjYXJvb24i[A-Za-z0-9+/=_-]{20,20000}
    | MDA[A-Za-z0-9]{3}xvY2F0aW9u[A-Za-z0-9+/=_-]{20,8000}
    # Keys that sign updates: minisign and rsign (Tauri), by themselves and in Base64; age.
    | RWRTY0Iy[A-Za-z0-9+/=]{80,400}
    | dW50cnVzdGVkIGNvbW1lbnQ6I(?:HJzaWdu|G1pbmlzaWdu)IGVuY3J5cHRlZCBzZWNyZXQga2V5[A-Za-z0-9+/=]{0,2000}
    | AGE-SECRET-KEY-1[A-Z0-9]{40,80}
    | (?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16} | (?:(?<![A-Za-z0-9+/])|(?<=\\[nrt]))ABSK[A-Za-z0-9+/]{100,300}={0,2}
    | AIza[A-Za-z0-9_-]{35} | ya29\.[A-Za-z0-9_.-]{20,2000} | GOCSPX-[A-Za-z0-9_-]{20,60}
    | (?:(?<![A-Za-z0-9_~.])|(?<=\\[nrt]))[A-Za-z0-9_~.]{3}\dQ~[A-Za-z0-9_~.-]{30,40} | [A-Za-z0-9]{76}AZDO[A-Za-z0-9]{4}
    | eyJ[A-Za-z0-9_-]{10,2000}\.[A-Za-z0-9_-]{10,4000}\.[A-Za-z0-9_-]{10,2000}
    | xox[abceposr][.-][A-Za-z0-9.-]{10,300} | xapp-[A-Za-z0-9-]{10,200} | (?<!\d)\d{8,10}:AA[A-Za-z0-9_-]{33}
    | gl(?:pat|ptt|dt|rtr?|cbt|soat|imt|ft|ffct|agent|oas|wt)-[A-Za-z0-9_.=-]{15,300}[A-Za-z0-9_=-]
    | hf_[A-Za-z0-9]{30,80} | ATATT3[A-Za-z0-9_=.-]{60,300}
    | (?:(?<![A-Za-z0-9+/])|(?<=\\[nrt]))(?:
        AKCp[A-Za-z0-9]{60,90} | cmVmd[A-Za-z0-9]{59} | ATBB[A-Za-z0-9]{28,60} | dapi[a-f0-9]{32} )
    | \bdp\.(?:st|pt|ct|sa|scim|audit|said)\.[A-Za-z0-9._-]{15,200}[A-Za-z0-9_-]
    | hv[bsr]\.[A-Za-z0-9_-]{24,300} | [A-Za-z0-9]{14}\.atlasv1\.[A-Za-z0-9_=-]{40,100}
    | do[opr]_v1_[a-f0-9]{64} | pul-[a-f0-9]{40}
    | sntry[su]_[A-Za-z0-9+/=_-]{40,400} | nfp_[A-Za-z0-9]{36,60} | fm[12][ar]?_[A-Za-z0-9+/=_-]{80,2000}
    | gl(?:c|sa)_[A-Za-z0-9+/=_]{32,400}
    | SG\.[A-Za-z0-9_-]{16,32}\.[A-Za-z0-9_-]{32,64} | PMAK-[a-f0-9]{24}-[a-f0-9]{34} | shp(?:at|ca|pa|ss)_[a-fA-F0-9]{32}
    | lin_api_[A-Za-z0-9]{40} | ntn_[A-Za-z0-9]{40,60} | sq[apu]_[a-f0-9]{40} | CCIPAT_[A-Za-z0-9_]{40,100}
    | [sr]k_(?:live|test)_[A-Za-z0-9]{16,200} | whsec_[A-Za-z0-9]{24,80} | sk-(?:proj|ant|svcacct)-[A-Za-z0-9_-]{20,300}
    """,
    re.VERBOSE,
)
HINTS = (
    "private key",
    *re.split(
        " ",
        "ghp_ gho_ ghu_ ghs_ ghr_ github_pat_ npm_ pypi- cio crates_io_ dckr_ rubygems_ oy2 ovsxat_ clojars_ packagist_ "
        "ddp_ perm: perm- eyj mda rwrty0iy dw50cnvzdgvk age-sec akia asia abia acca absk aiza ya29. gocspx- q~ azdo xox "
        "xapp- :aa glpat- glptt- gldt- glrt- glrtr- glcbt- glsoat- glimt- glft- glffct- glagent- gloas- glwt- hf_ atatt3 "
        "atbb akcp cmvmd dp. hvb. hvs. hvr. .atlasv1. doo_v1_ dop_v1_ dor_v1_ pul- sntry nfp_ fm1 fm2 glc_ glsa_ sg. "
        "pmak- shpat_ shpca_ shppa_ shpss_ lin_api_ ntn_ dapi sqa_ sqp_ squ_ ccipat_ k_live_ k_test_ whsec_ sk-proj- "
        "sk-ant- sk-svcacct- :// webhook hooks. passw passphrase secret sshpass auth token api credential bearer basic "
        "private_key private-key privatekey _pass _pwd _pat -pat machine aws_ login upload mysql mariadb vsce ovsx nuget "
        "choco curl sig jwt accountkey sharedaccess",
    ),
)
"""In lower case: a line of plain ASCII without any of these holds nothing that is looked for by name or form."""
