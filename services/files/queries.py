"""What the door asks before it lets bytes in or out. All other questions about files are answered by dossier."""

from services.files.contract import DescribeContent, MayPublish
from services.files.contract.documents import Publishing
from services.files.values import Content, Contents
from services.firm.contract import Access
from shared.dispatch import handles


@handles(MayPublish)
async def may_publish(query: MayPublish, access: Access) -> Publishing:
    place = await access.place("folder", query.folder_id)
    assert place.account_id is not None
    return Publishing(account_id=place.account_id)


@handles(DescribeContent)
async def describe(query: DescribeContent, contents: Contents) -> Content:
    return await contents.content(query.document_id)
