"""Operations on projects: agents of a tenant that share a policy."""

from dataclasses import replace

from control_api.fields import Fields
from control_api.ports import Fact
from ironcage.core import ProjectId, TenantId
from ironcage.core.errors import NotFound
from ironcage.tenancy import DirectoryWriter, Project


class ProjectOperations:
    """Create, rename and delete projects."""

    def __init__(self, directory: DirectoryWriter) -> None:
        self._directory = directory

    def put_project(self, fields: Fields) -> Fact:
        """Create a project, or give one another name.

        Raises:
            InvalidRequest: fields are wrong.
            NotFound: there is no such tenant.
            Conflict: the project is deleted.
        """
        tenant_id = TenantId(fields.identifier("tenant_id", "tenant"))
        project_id = ProjectId(fields.identifier("project_id", "proj", fresh=True))
        project = Project(tenant_id, project_id, fields.text("name"))
        fields.check()
        self._directory.put_project(project)
        answer: dict[str, object] = {"project_id": project_id}
        return Fact(answer, "project_updated", tenant_id, changes=answer)

    def delete_project(self, fields: Fields) -> Fact:
        """Delete a project for good; an agent that is still in it is blocked until it is moved.

        Raises:
            InvalidRequest: fields are wrong.
            NotFound: there is no such project (any more).
        """
        tenant_id = TenantId(fields.identifier("tenant_id", "tenant"))
        project_id = ProjectId(fields.identifier("project_id", "proj"))
        fields.check()
        project = self._directory.find_project(tenant_id, project_id)
        if project is None:
            raise NotFound(project_id=project_id)
        self._directory.put_project(replace(project, is_deleted=True))
        answer: dict[str, object] = {"project_id": project_id}
        return Fact(answer, "project_deleted", tenant_id, changes=answer)
