"""What PDF/A-2b (ISO 19005-2) asks for besides embedded fonts: colours that are defined, and metadata that agrees."""

from functools import cache
from typing import Any
from xml.sax.saxutils import escape

from PIL import ImageCms
from reportlab.pdfbase.pdfdoc import PDFArray, PDFCatalog, PDFDictionary, PDFName, PDFStream, PDFString
from reportlab.pdfgen.canvas import Canvas

PART, CONFORMANCE = 2, "B"
_ICC_DATE = slice(24, 36)  # of an ICC header: when the profile was made


def declare(canvas: Canvas) -> None:
    """Adds the output intent and the metadata packet. Call when title, author and date of the file are set."""
    document: Any = canvas._doc  # type: ignore[attr-defined]
    catalog = document.Catalog
    catalog.__NoDefault__ = [*PDFCatalog.__NoDefault__, "OutputIntents"]
    catalog.__Refs__ = [*PDFCatalog.__Refs__, "OutputIntents"]
    catalog.OutputIntents = PDFArray([document.Reference(_intent(document))])
    catalog.Metadata = _stream({"Type": PDFName("Metadata"), "Subtype": PDFName("XML")}, _packet(document))


def _intent(document: Any) -> PDFDictionary:
    profile = _stream({"N": 3, "Alternate": PDFName("DeviceRGB")}, _srgb())
    return PDFDictionary(
        {
            "Type": PDFName("OutputIntent"),
            "S": PDFName("GTS_PDFA1"),
            "OutputConditionIdentifier": PDFString("sRGB"),
            "Info": PDFString("sRGB IEC61966-2.1"),
            "DestOutputProfile": document.Reference(profile),
        }
    )


def _stream(dictionary: dict[str, Any], content: bytes) -> PDFStream:
    return PDFStream(PDFDictionary(dictionary), content, filters=[])


@cache
def _srgb() -> bytes:
    """The sRGB profile, without the moment at which this process made it."""
    made = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    date = bytes.fromhex("07d0 0001 0001 0000 0000 0000".replace(" ", ""))
    return made[: _ICC_DATE.start] + date + made[_ICC_DATE.stop :]


def _packet(document: Any) -> bytes:
    """XMP that says what the information dictionary says, as the standard demands."""
    info = document.info
    date = _moment(document._timeStamp)
    packet = f"""<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/" xmlns:dc="http://purl.org/dc/elements/1.1/"
 xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:pdf="http://ns.adobe.com/pdf/1.3/">
<pdfaid:part>{PART}</pdfaid:part><pdfaid:conformance>{CONFORMANCE}</pdfaid:conformance>
<dc:title><rdf:Alt><rdf:li xml:lang="x-default">{escape(info.title)}</rdf:li></rdf:Alt></dc:title>
<dc:creator><rdf:Seq><rdf:li>{escape(info.author)}</rdf:li></rdf:Seq></dc:creator>
<dc:description><rdf:Alt><rdf:li xml:lang="x-default">{escape(info.subject)}</rdf:li></rdf:Alt></dc:description>
<xmp:CreatorTool>{escape(info.creator)}</xmp:CreatorTool><xmp:CreateDate>{date}</xmp:CreateDate>
<xmp:ModifyDate>{date}</xmp:ModifyDate><pdf:Producer>{escape(info.producer)}</pdf:Producer>
<pdf:Keywords>{escape(info.keywords)}</pdf:Keywords>
</rdf:Description></rdf:RDF></x:xmpmeta>
<?xpacket end="w"?>"""
    return packet.encode()


def _moment(stamp: Any) -> str:
    year, month, day, hour, minute, second = stamp.YMDhms
    return f"{year:04d}-{month:02d}-{day:02d}T{hour:02d}:{minute:02d}:{second:02d}{stamp.dhh:+03d}:{stamp.dmm:02d}"
