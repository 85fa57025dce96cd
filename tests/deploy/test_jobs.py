"""deploy/kubernetes/backup and migrate: commands of the operator, run as jobs."""

import pytest

from services.cli import main
from tests.deploy.files import KUBERNETES, documents

PROCESS = documents(KUBERNETES / "base" / "process.yaml")[0]["spec"]["template"]["spec"]


@pytest.mark.parametrize("folder", ["backup", "migrate"])
def test_jobs_run_commands_that_exist_with_no_more_privilege_than_a_process(folder: str) -> None:
    job = documents(KUBERNETES / folder / f"{folder}.yaml")[0]["spec"]
    template = job["template"] if folder == "migrate" else job["jobTemplate"]["spec"]["template"]
    spec, process = template["spec"], template["spec"]["containers"][0]
    command = main.commands[process["args"][0]]
    known = {option for parameter in command.params for option in parameter.opts}
    assert {argument.split("=")[0] for argument in process["args"] if argument.startswith("--")} <= known
    assert spec["securityContext"] == PROCESS["securityContext"]
    assert process["securityContext"] == PROCESS["containers"][0]["securityContext"]
    assert {"reaches/postgres", "reaches/blobs"} <= template["metadata"]["labels"].keys()
    assert [source["secretRef"]["name"] for source in process["envFrom"][1:]] == ["dossier-operator"]
