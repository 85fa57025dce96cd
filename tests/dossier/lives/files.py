"""Folders and documents are made, moved, opened and deleted."""

from tests.dossier.lives.scene import LEVELS, NAMES, Folder, Scene

_FILES = ("Bilan 2025.pdf", "liasse.xlsx", "Été.JPEG", "sans extension", "statuts.v2.docx")


class Files(Scene):
    def add_folder(self) -> None:
        if self.accounts:
            account = self.random.choice([*self.accounts])
            parents = [None, *(folder.id for folder in self.folders if folder.account == account)]
            parent = self.random.choice(parents)
            id = self.history.folder(account, self.random.choice(NAMES), parent, self.somebody)
            self.folders.append(Folder(id, account, parent))

    def change_folder(self) -> None:
        if not self.folders:
            return
        folder, random, on = self.random.choice(self.folders), self.random, self.history.on_tree
        by, account = self.somebody, folder.account
        match random.randrange(5):
            case 0:
                on("folder-renamed", account, by, folder_id=folder.id, name="Neuf", was="Vieux")
            case 1 if self.members:
                subject = f"member:{random.choice(self.members)}"
                on(
                    "right-set",
                    account,
                    by,
                    folder_id=folder.id,
                    subject=subject,
                    right=random.choice(LEVELS),
                    was=None,
                )
            case 2 if folder.parent:
                on("folder-moved", account, by, folder_id=folder.id, parent_id=None, was=folder.parent)
                folder.parent = None
            case 4 if self.members:
                subjects = {f"member:{self.members[0]}": random.choice((None, *LEVELS))}
                below = self._under(folder.id)[1:]
                on("rights-cascaded", account, by, folder_id=folder.id, subjects=subjects, folders=below)
            case 3:
                gone = self._under(folder.id)
                on("folder-deleted", account, by, folder_id=folder.id, folders=gone)
                self.buried.append([buried for id in gone for buried in self.folders if buried.id == id])
                self.folders = [left for left in self.folders if left.id not in gone]

    def restore_folder(self) -> None:
        """What was deleted together comes back together, where its place is still there."""
        for folders in self.buried:
            if folders[0].parent is None or folders[0].parent in {folder.id for folder in self.folders}:
                ids = [folder.id for folder in folders]
                account = folders[0].account
                self.history.on_tree("folder-restored", account, self.somebody, folder_id=ids[0], folders=ids)
                self.folders += folders
                self.buried.remove(folders)
                return

    def _under(self, id: str) -> list[str]:
        return [id, *(below for folder in self.folders if folder.parent == id for below in self._under(folder.id))]

    def publish(self) -> None:
        if self.folders:
            folder = self.random.choice(self.folders)
            id = self.history.document(folder.account, folder.id, self.random.choice(_FILES), self.somebody)
            self.documents[id] = folder.account

    def change_document(self) -> None:
        if not self.documents:
            return
        id, random, on = self.random.choice([*self.documents]), self.random, self.history.on_document
        account, by = self.documents[id], self.somebody
        places = [folder.id for folder in self.folders if folder.account == account]
        match random.randrange(4):
            case 0:
                on("renamed", id, account, by, name=random.choice(_FILES), was="avant.pdf")
            case 1:
                on("opened", id, account, by)
            case 2 if places:
                on("moved", id, account, by, folder_id=random.choice(places), was="ailleurs")
            case _:
                self.toggle("files.document", id, account)
