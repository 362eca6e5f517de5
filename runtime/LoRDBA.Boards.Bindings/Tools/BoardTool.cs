using System.Text.Json;

namespace LoRDBA.Boards.Bindings.Tools;

/// <summary>
/// Tells which board this is, by its device tree. It serves Jetson boards and PCs too, which Iot.Device.Board.RaspberryPiBoard does not.
/// </summary>
/// <param name="board">The board.</param>
public sealed class BoardTool(BoardInfo board) : DeviceTool("board", "Tells which computer this device is: its model, cores and memory.")
{
    /// <inheritdoc/>
    protected override string Run(JsonElement arguments) =>
        JsonSerializer.Serialize(new BoardResult(board.Model, board.Cores, (long?)board.Memory?.Megabytes), ResultJson.Default.BoardResult);
}
