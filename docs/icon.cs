// Draws docs/icon.png, the icon of the packages: a tall and a wide factor of signs. `dotnet run docs/icon.cs`, from the repository's root.
#:package System.IO.Hashing

using System.Buffers.Binary;
using System.IO.Compression;
using System.IO.Hashing;

const int Size = 128, Cell = 8;
byte[] paper = [0xF7, 0xF5, 0xEF], plus = [0x1F, 0x6F, 0x78], minus = [0xE3, 0x9B, 0x3C];

var rows = new byte[Size * (1 + 3 * Size)]; // each row: its filter, none, then red, green and blue of each pixel
var random = new Random(1);
for (var y = 0; y < Size; y++)
    for (var x = 0; x < Size; x++) Paint(x, y, paper);
Factor(column: 1, row: 1, width: 3, height: 14);
Factor(column: 5, row: 1, width: 10, height: 3);

using var png = File.Create("docs/icon.png");
png.Write([0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A]);
Chunk("IHDR"u8, [0, 0, 0, Size, 0, 0, 0, Size, 8, 2, 0, 0, 0]);
Chunk("IDAT"u8, Deflated(rows));
Chunk("IEND"u8, []);

void Paint(int x, int y, byte[] colour) => colour.CopyTo(rows, y * (1 + 3 * Size) + 1 + 3 * x);

void Factor(int column, int row, int width, int height)
{
    for (var i = 0; i < width * height; i++)
    {
        var colour = random.Next(2) == 0 ? plus : minus;
        for (var y = 1; y < Cell; y++)
            for (var x = 1; x < Cell; x++) Paint((column + i % width) * Cell + x, (row + i / width) * Cell + y, colour);
    }
}

void Chunk(ReadOnlySpan<byte> name, ReadOnlySpan<byte> content)
{
    Span<byte> number = stackalloc byte[4];
    BinaryPrimitives.WriteInt32BigEndian(number, content.Length);
    png.Write(number);
    byte[] body = [.. name, .. content];
    png.Write(body);
    BinaryPrimitives.WriteUInt32BigEndian(number, Crc32.HashToUInt32(body));
    png.Write(number);
}

static byte[] Deflated(byte[] bytes)
{
    using var result = new MemoryStream();
    using (var deflate = new ZLibStream(result, CompressionLevel.SmallestSize)) deflate.Write(bytes);
    return result.ToArray();
}
