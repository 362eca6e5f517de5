using LoRDBA.Speed;
using LoRDBA.Tool;

return ConsoleProgram.Run(args, new ForAnyBase(SpeedKernels.Instance));
